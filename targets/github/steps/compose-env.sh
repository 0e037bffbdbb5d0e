# Docker compose reads the version from .env, so a timer or a person on the host runs the one that was released.
{
  printf '%s=%q\n' path "$DEPLOY_PATH" tag "$IMAGE_TAG"
  cat <<'REMOTE'
set -euo pipefail
umask 077
cd "$path"
touch .env
temporary=$(mktemp .env.XXXXXX)
trap 'rm -f "$temporary"' EXIT
# For the mode; then all lines but that one. grep gives 1 where there are no others.
cp -p .env "$temporary"
{
  grep -v '^IMAGE_TAG=' .env || [ "$?" = 1 ]
  printf 'IMAGE_TAG=%s\n' "$tag"
} >"$temporary"
mv -f "$temporary" .env
REMOTE
} | ssh -F "$RUNNER_TEMP/ssh/config" deploy bash -s
