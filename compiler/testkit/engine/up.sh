#!/usr/bin/env bash
# Brings the production file of the case `shop` up in a container engine, with locally made images, checks
# that it keeps what it promises, and takes everything down. TREE is another output of that case.
#
#   up.sh [TREE]            with the docker engine of this machine
#   engine.sh up.sh [TREE]  with an engine of its own, on Debian as root
#
# exit: 0 all checks hold, 1 a check fails, 3 there is no engine
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=${1:-${here}/../../../golden/shop}
# shellcheck source-path=SCRIPTDIR source=roots.sh
. "${here}/roots.sh"

absent() { say "no engine: $*"; exit 3; }
command -v docker >/dev/null || absent "the command docker is not here; try $(dirname "$0")/engine.sh $0"
docker info >/dev/null 2>&1 || absent "docker answers nothing at ${DOCKER_HOST:-its usual socket}"
if docker compose version >/dev/null 2>&1; then
	compose=(docker compose)
elif [[ -x ${store%/engine}/bin/docker-compose ]]; then
	compose=("${store%/engine}/bin/docker-compose")
else
	absent "docker compose is not here; compiler/testkit/tools/install.sh brings it"
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/stackc-up.XXXXXX")
made=()
failures=0
files=()
client=
export IMAGE_TAG=engine-test COMPOSE_PROGRESS=quiet COMPOSE_MENU=false

project=stackc-engine
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
trap cleanup EXIT
trap 'exit 130' INT TERM

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
# shellcheck source-path=SCRIPTDIR source=checks.sh
. "${here}/checks.sh"

say "making images"
cp -R "${tree}/." "${work}"
files=(-f "${work}/compose.production.yaml")
all_images() { stack config --images | sort -u; }
# The images of others: those the compose file names, and those the Dockerfile is built upon.
mapfile -t images < <(all_images | grep -v '^shop/'; sed -nE 's/^(# syntax|ARG [A-Z]+_IMAGE)=//p' "${work}/Dockerfile")
mapfile -t made < <("${here}/images.sh" "${images[@]}")
wait "$!"
# Ours, from the generated Dockerfile: what is shipped, and the tools of migrations.
cp -R "${here}/app/." "${work}"
for image in $(all_images | grep '^shop/'); do
	stage=runtime
	[[ ${image} != *-migrate:* ]] || stage=migrate
	say "building ${image}"
	DOCKER_BUILDKIT=1 docker build --quiet --target "${stage}" --tag "${image}" "${work}" >/dev/null
	made+=("${image}")
done

prepare
say "starting"
run_all
[[ ${failures} = 0 ]] || { say "${failures} checks failed"; exit 1; }
say "all checks hold"
