{
  printf '%s=%q\n' path "$DEPLOY_PATH" compose "$COMPOSE" tag "$IMAGE_TAG" images "$IMAGES" \
    registry "${REGISTRY-}" user "${REGISTRY_USER-}" token "${REGISTRY_TOKEN-}"
  cat <<'REMOTE'
set -euo pipefail
main() {
  cd "$path"
  if [ -n "$token" ]; then
    trap 'docker logout "$registry" >/dev/null' EXIT
    docker login "$registry" --username "$user" --password-stdin <<<"$token" >/dev/null
  fi
  # By digest, so that exactly what was built is started; the tag only gives it its name.
  while read -r image; do
    if [ -n "$image" ]; then
      docker pull --quiet "$image"
      docker tag "$image" "${image%@*}:$tag"
    fi
  done <<<"$images"
  IMAGE_TAG=$tag docker compose --file "$compose" up --detach --wait --wait-timeout 600 --remove-orphans
}
main </dev/null
REMOTE
} | ssh -F "$RUNNER_TEMP/ssh/config" deploy bash -s
