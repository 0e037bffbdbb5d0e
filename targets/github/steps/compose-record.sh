# What a failed deployment goes back to.
{
  printf '%s=%q\n' path "$DEPLOY_PATH" compose "$COMPOSE" tag "$IMAGE_TAG"
  cat <<'REMOTE'
set -euo pipefail
cd "$path"
printf '%s\n' "$tag" >".$compose.released"
REMOTE
} | ssh -F "$RUNNER_TEMP/ssh/config" deploy bash -s
