# A changed file in a mounted folder does not restart the container.
{
  printf '%s=%q\n' path "$DEPLOY_PATH" compose "$COMPOSE" tag "$IMAGE_TAG"
  cat <<'REMOTE'
set -euo pipefail
main() {
  cd "$path"
  export IMAGE_TAG=$tag
  docker compose --file "$compose" exec -T nginx nginx -t -c /etc/nginx/stack/nginx.conf
  docker compose --file "$compose" kill --signal HUP nginx
}
main </dev/null
REMOTE
} | ssh -F "$RUNNER_TEMP/ssh/config" deploy bash -s
