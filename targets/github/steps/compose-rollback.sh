{
  printf '%s=%q\n' path "$DEPLOY_PATH" compose "$COMPOSE" tag "$IMAGE_TAG"
  cat <<'REMOTE'
set -euo pipefail
main() {
  cd "$path"
  IMAGE_TAG=$tag docker compose --file "$compose" ps --all
  if [ ! -s ".$compose.released" ]; then
    echo "Nothing was released here before: there is nothing to go back to." >&2
    exit 1
  fi
  {
    read -r previous
    while read -r image; do
      if [ -n "$image" ]; then
        docker tag "$image" "${image%@*}:$previous"
      fi
    done
  } <".$compose.released"
  echo "Going back to $previous."
  IMAGE_TAG=$previous docker compose --file "$compose" up --detach --wait --wait-timeout 600
}
main </dev/null
REMOTE
} | ssh -F "$RUNNER_TEMP/ssh/config" deploy bash -s
