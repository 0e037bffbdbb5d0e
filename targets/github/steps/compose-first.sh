# certbot can only get a certificate once nginx answers, so the first release is up before there is one.
{
  printf '%s=%q\n' path "$DEPLOY_PATH" compose "$COMPOSE"
  cat <<'REMOTE'
if [ -s "$path/.$compose.released" ]; then echo first=false; else echo first=true; fi
REMOTE
} | ssh -F "$RUNNER_TEMP/ssh/config" deploy bash -s >>"$GITHUB_OUTPUT"
