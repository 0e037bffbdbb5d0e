# These read their configuration again on SIGHUP; a changed file alone changes nothing.
{
  printf '%s=%q\n' path "$DEPLOY_PATH" compose "$COMPOSE" tag "$IMAGE_TAG"
  printf 'reloaded=(%s)\n' "$RELOADED"
  cat <<'REMOTE'
set -euo pipefail
cd "$path"
IMAGE_TAG=$tag docker compose --file "$compose" kill --signal HUP "${reloaded[@]}"
REMOTE
} | ssh -F "$RUNNER_TEMP/ssh/config" deploy bash -s
