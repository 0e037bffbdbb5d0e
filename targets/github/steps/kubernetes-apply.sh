# What runs now, for the way back.
yq 'select(.kind == "Deployment")' "$RUNNER_TEMP/app.yaml" >"$RUNNER_TEMP/deployments.yaml"
: >"$RUNNER_TEMP/revisions"
if [ -s "$RUNNER_TEMP/deployments.yaml" ]; then
  kubectl get --ignore-not-found --output json --filename "$RUNNER_TEMP/deployments.yaml" |
    jq --raw-output '(.items // [.])[] | "\(.metadata.namespace) \(.metadata.name) \(.metadata.annotations["deployment.kubernetes.io/revision"])"' \
      >"$RUNNER_TEMP/revisions"
fi
kubectl apply --filename "$RUNNER_TEMP/app.yaml"
yq --no-doc 'select(.kind == "Deployment" or .kind == "StatefulSet") | .metadata.namespace + " " + .kind + "/" + .metadata.name' \
  "$RUNNER_TEMP/app.yaml" |
  while read -r namespace workload; do
    kubectl rollout status --namespace "$namespace" --timeout 10m "$workload"
  done
