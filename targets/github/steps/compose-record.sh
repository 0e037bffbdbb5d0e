# What a failed deployment goes back to: the tag and the digests behind it.
{
  printf '%s=%q\n' path "$DEPLOY_PATH" compose "$COMPOSE" tag "$IMAGE_TAG" images "$IMAGES"
  cat <<'REMOTE'
set -euo pipefail
cd "$path"
printf '%s\n%s\n' "$tag" "$images" >".$compose.released"
REMOTE
} | ssh -F "$RUNNER_TEMP/ssh/config" deploy bash -s
