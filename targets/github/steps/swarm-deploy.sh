{
  printf '%s=%q\n' path "$DEPLOY_PATH" file "$COMPOSE" tag "$IMAGE_TAG" back "${BACK-}" stack "$STACK" \
    environment "$ENVIRONMENT" labels "$LABELS" secrets "$SECRETS" variables "$VARIABLES" mounted "$MOUNTED" \
    first "$FIRST_RUNS" before "$RUNS" services "$SERVICES" seconds "$RUN_SECONDS" patience "$DEPLOY_SECONDS"
  cat <<'REMOTE'
set -euo pipefail
each() { # FUNCTION LINES: once for each line
  local line
  while read -r line; do
    if [ -n "$line" ]; then "$1" "$line" </dev/null; fi
  done <<<"$2"
}
label() {
  local nodes
  nodes=$(docker node ls --quiet --filter "node.label=$1=true" | wc -l)
  if [ "$nodes" != 1 ]; then
    echo "$nodes nodes have the label $1, and one must: docker node update --label-add $1=true NODE" >&2
    exit 1
  fi
}
secret() { # "NAME KEY": what is there is never made again
  if ! docker secret inspect "${1% *}" >/dev/null 2>&1; then
    docker secret create "${1% *}" "secrets/$environment/${1#* }" >/dev/null
  fi
}
# Docker reads no .env file for a stack.
variable() {
  local value
  value=$(cat "secrets/$environment/$1")
  export "$1=$value"
}
sum() { # sums follow the contents, whatever the files are called
  if [ -n "$mounted" ]; then
    FILES_SUM=$(each cat "$mounted" | sha256sum | head -c 8)
    export FILES_SUM
  fi
}
deploy() { # SECONDS FILE
  timeout "$1" docker stack deploy --detach=false --with-registry-auth --compose-file "$2" "$stack"
}
run() { # NAME: a job runs again each time it is deployed
  if ! deploy "$seconds" "swarm.$environment.$1.yaml"; then
    docker service logs --tail 100 "${stack}_$1" >&2 || true
    docker service rm "${stack}_$1" || true
    exit 1
  fi
}
settled() { # a service that went back by itself counts as updated for docker
  local state
  state=$(docker service inspect --format '{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}' "$1")
  case $state in
  rollback*)
    echo "$1 went back to its earlier version." >&2
    docker service ps --no-trunc "$1" >&2
    exit 1
    ;;
  esac
}
gone() {
  if ! grep -qxF "${1#"${stack}"_}" <<<"$services"; then docker service rm "$1"; fi
}
main() {
  cd "$path"
  if [ -n "$back" ]; then
    if [ ! -s ".$file.released" ]; then
      echo "Nothing was released here before: there is nothing to go back to." >&2
      exit 1
    fi
    read -r tag <".$file.released"
    echo "Going back to $tag."
  fi
  export IMAGE_TAG=$tag
  each variable "$variables"
  sum
  if [ -z "$back" ]; then
    each label "$labels"
    each secret "$secrets"
    each run "$first"
    # The stores must be there before anybody can migrate them.
    if [ ! -s ".$file.released" ]; then
      docker stack deploy --detach=true --with-registry-auth --compose-file "$file" "$stack"
    fi
    each run "$before"
  fi
  deploy "$patience" "$file"
  each settled "$(docker stack services --format '{{.Name}}' "$stack")"
  each gone "$(docker stack services --format '{{.Name}}' "$stack")"
}
main </dev/null
REMOTE
} | ssh -F "$RUNNER_TEMP/ssh/config" deploy bash -s
