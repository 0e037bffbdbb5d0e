# shellcheck shell=bash
# What up.sh and kinds.sh share: the engine, a stack in a folder of its own that is taken down, checks.
: "${store:?}"

absent() { say "no engine: $*"; exit 3; }
need_engine() {
	command -v docker >/dev/null || absent "the command docker is not here; try $(dirname "$0")/engine.sh $0"
	docker info >/dev/null 2>&1 || absent "docker answers nothing at ${DOCKER_HOST:-its usual socket}"
	if docker compose version >/dev/null 2>&1; then
		compose=(docker compose)
	elif [[ -x ${store%/engine}/bin/docker-compose ]]; then
		compose=("${store%/engine}/bin/docker-compose")
	else
		absent "docker compose is not here; compiler/testkit/tools/install.sh brings it"
	fi
}

# begin PROJECT: an empty folder, which goes with all that runs from it.
begin() {
	project=$1
	work=$(mktemp -d "${TMPDIR:-/tmp}/stackc-up.XXXXXX")
	made=()
	failures=0
	files=()
	client=
	export IMAGE_TAG=engine-test COMPOSE_PROGRESS=quiet COMPOSE_MENU=false
	trap cleanup EXIT
	trap 'exit 130' INT TERM
}
use() { files=(-f "${work}/$1"); }
stack() { "${compose[@]}" --project-name "${project}" --project-directory "${work}" "${files[@]}" "$@"; }
cleanup() {
	local status=$?
	trap - EXIT
	[[ ${status} = 0 ]] || { stack ps --all; stack logs --tail 20; } >&2 || true
	[[ -z ${client} ]] || docker rm --force "${client}" >/dev/null 2>&1 || true
	stack down --volumes --remove-orphans --timeout 5 >/dev/null 2>&1 || true
	# Some files belong to the users of containers.
	rm -rf "${work}" 2>/dev/null || docker run --rm --volume "${work%/*}:/outside" stackc-engine/debian rm -rf "/outside/${work##*/}"
	[[ ${#made[@]} = 0 ]] || docker image rm --force "${made[@]}" >/dev/null 2>&1 || true
	exit "${status}"
}

# check WORDS COMMAND...: one line for each promise; all are tried.
check() {
	local words=$1 output
	shift
	if output=$("$@" 2>&1); then
		printf 'ok      %s\n' "${words}"
	else
		printf 'FAILED  %s\n' "${words}"
		printf '%s\n' "${output}" | tail -n 8 | sed 's/^/        /'
		failures=$((failures + 1))
	fi
}
finish() {
	[[ ${failures} = 0 ]] || { say "${failures} checks failed"; exit 1; }
	say "all checks hold"
	exit 0
}
