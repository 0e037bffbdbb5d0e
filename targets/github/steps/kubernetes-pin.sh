# An overlay in a folder of its own: the generated manifests stay as they are in the repository.
overlay() { # FOLDER RESOURCE
  mkdir -p "$1"
  {
    printf 'resources:\n  - %s\n' "$2"
    if [ -n "$IMAGES" ]; then
      echo 'images:'
      while IFS=@ read -r name digest; do
        printf '  - name: %s\n    digest: %s\n' "$name" "$digest"
      done <<<"$IMAGES"
    fi
  } >"$1/kustomization.yaml"
}
overlay .deploy/app "../../$MANIFESTS"
kubectl kustomize .deploy/app >"$RUNNER_TEMP/app.yaml"
if [ -d "$MANIFESTS/jobs" ]; then
  overlay .deploy/jobs "../../$MANIFESTS/jobs"
  kubectl kustomize .deploy/jobs >"$RUNNER_TEMP/jobs.yaml"
fi
