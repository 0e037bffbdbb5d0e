# What a migration needs comes first: configuration, secrets and stores, but no new application.
yq 'select(.kind != "Deployment" and .kind != "CronJob")' "$RUNNER_TEMP/app.yaml" >"$RUNNER_TEMP/base.yaml"
kubectl apply --filename "$RUNNER_TEMP/base.yaml"
yq --no-doc 'select(.kind == "StatefulSet") | .metadata.namespace + " " + .metadata.name' "$RUNNER_TEMP/base.yaml" |
  while read -r namespace name; do
    kubectl rollout status --namespace "$namespace" --timeout 10m "statefulset/$name"
  done
# A Job cannot be changed, only made anew.
yq 'select(.kind == "Job")' "$RUNNER_TEMP/jobs.yaml" | kubectl delete --ignore-not-found --wait --filename -
stage() { # SELECTION: applies these and waits for the Jobs among them
  yq "select($1)" "$RUNNER_TEMP/jobs.yaml" >"$RUNNER_TEMP/stage.yaml"
  if [ ! -s "$RUNNER_TEMP/stage.yaml" ]; then
    return
  fi
  kubectl apply --filename "$RUNNER_TEMP/stage.yaml"
  yq --no-doc 'select(.kind == "Job") | .metadata.namespace + " " + .metadata.name' "$RUNNER_TEMP/stage.yaml" |
    while read -r namespace name; do
      # Either end sets a condition, so a failed Job is not waited for until the bound.
      if ! kubectl wait --namespace "$namespace" --timeout "$BOUND" --for 'jsonpath={.status.conditions[0].type}' "job/$name" ||
        ! kubectl wait --namespace "$namespace" --timeout 30s --for condition=complete "job/$name"; then
        echo "The Job failed; see: kubectl logs --namespace $namespace job/$name" >&2
        exit 1
      fi
    done
}
# Jobs of the new release find the new schema.
migration='.metadata.labels["app.kubernetes.io/component"] == "migration"'
stage '.kind != "Job"'
stage ".kind == \"Job\" and $migration"
stage ".kind == \"Job\" and ($migration | not)"
