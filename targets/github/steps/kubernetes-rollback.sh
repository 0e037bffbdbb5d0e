# To what ran before this deployment; what it did not change is left alone by kubectl.
while read -r namespace name revision; do
  kubectl rollout undo --namespace "$namespace" --to-revision "$revision" "deployment/$name"
done <"$RUNNER_TEMP/revisions"
while read -r namespace name _; do
  kubectl rollout status --namespace "$namespace" --timeout 5m "deployment/$name"
done <"$RUNNER_TEMP/revisions"
