#!/usr/bin/env bash
# Builds an image of every kind with the generated Dockerfiles of the case `kinds`, runs them as its
# compose files say, and takes everything down. TREE is another output of that case.
#
#   kinds.sh [TREE]            with the docker engine of this machine
#   engine.sh kinds.sh [TREE]  with an engine of its own, on Debian as root
#
# exit: 0 all checks hold, 1 a check fails, 3 there is no engine
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=${1:-${here}/../../../golden/kinds}
# shellcheck source-path=SCRIPTDIR source=roots.sh
. "${here}/roots.sh"
# shellcheck source-path=SCRIPTDIR source=running.sh
. "${here}/running.sh"
need_engine
begin stackc-kinds
# shellcheck source-path=SCRIPTDIR source=checks.sh
. "${here}/checks.sh"

registry=ghcr.io/acme/kinds
# Each service, and the files that its image has and the image it is built upon has not.
services=(auger crate drill lathe planer rasp saw shelf)
program='^(docker-healthcheck|usr/local/bin/[a-z]+)$'
script='docker-entrypoint\.sh|etc/ssl/certs/ca-certificates\.crt'
site='^(etc/nginx/nginx\.conf|srv/www/(index\.html|assets/[a-z]+-[0-9a-f]+\.js)(\.gz)?)$'
declare -A adds=(
	[auger]=${program} [rasp]=${program}
	[drill]="^(${script})$|${program}" [saw]="^(${script})$|${program}"
	[lathe]='^(docker-entrypoint\.sh|app/(lathe/__(init|main)__\.py|pyproject\.toml|uv\.lock)|opt/venv/.*)$'
	[planer]='^(docker-entrypoint\.sh|app/(package(-lock)?\.json|node_modules/(\.package-lock\.json|edge|planer)|(apps/planer|packages/edge)/(src/|dist/)?[a-z]+\.js(on)?))$'
	[shelf]=${site} [crate]=${site}
)

dockerfile() { # SERVICE
	local file=${work}/$1/Dockerfile
	[[ -e ${file} ]] || file=$(echo "${work}"/*/Dockerfile."$1")
	echo "${file}"
}
bases() { sed -nE 's/^ARG [A-Z]+_IMAGE=//p' "$@"; }
build() { # SERVICE STAGE IMAGE
	local file
	file=$(dockerfile "$1")
	DOCKER_BUILDKIT=1 docker build --quiet --file "${file}" --target "$2" --tag "$3" "${file%/*}"
}
stages() { grep -oE '^FROM .* AS (dev|migrate|runtime)$' "$(dockerfile "$1")" | sed 's/.* //'; }
files_of() { # IMAGE: its files, by name
	local id
	id=$(docker create "$1" none) && docker export "${id}" | tar -t | grep -v '/$' | sort && docker rm "${id}" >/dev/null
}
# What a build leaves behind: no compiler, no tool of a package manager, no source that is not shipped.
holds_what_runs() { # SERVICE
	local added
	added=$(comm -13 <(files_of "$(bases "$(dockerfile "$1")" | tail -n 1)") <(files_of "${registry}/$1:${IMAGE_TAG}"))
	[[ -n ${added} ]] && ! grep -vE "${adds[$1]}" <<<"${added}"
}
small() { # SERVICE MEGABYTES: what is added to the base
	local ours base
	ours=$(docker image inspect --format '{{.Size}}' "${registry}/$1:${IMAGE_TAG}")
	base=$(docker image inspect --format '{{.Size}}' "$(bases "$(dockerfile "$1")" | tail -n 1)")
	(((ours - base) / 1000000 < $2)) || { echo "it adds $((ours - base)) bytes"; return 1; }
}
named_by_number() { same 10001:10001 "$(docker image inspect --format '{{.Config.User}}' "${registry}/$1:${IMAGE_TAG}")"; }
# A container of ours in the namespaces of another, for some hold nothing to look around with.
beside() { # SERVICE COMMAND...
	local id
	id=$(container "$1")
	docker run --rm --network "container:${id}" --pid "container:${id}" --user 10001:10001 stackc-engine/debian "${@:2}"
}
# Of the program below the init of the engine.
process_is_confined() { # SERVICE
	local status
	status=$(beside "$1" sh -c 'cat "/proc/$(cat /proc/1/task/1/children | cut -d " " -f 1)/status"')
	same 10001 "$(sed -nE 's/^Uid:\t([0-9]+)\t.*/\1/p' <<<"${status}")" &&
		same "$(printf '0000000000000000\n%.0s' 1 2 3)" "$(sed -nE 's/^Cap(Eff|Prm|Bnd):\t//p' <<<"${status}")" &&
		same true "$(docker inspect --format '{{.HostConfig.ReadonlyRootfs}}' "$(container "$1")")"
}
status_of() { beside "$1" curl --silent --output /dev/null --write-out '%{http_code}' "http://127.0.0.1:$2" "${@:3}"; }
# The health check of the image itself, which platforms other than compose use.
asks_for_health() {
	local id
	id=$(docker run --detach --read-only --cap-drop ALL --tmpfs /tmp:mode=1777 \
		--env KINDS_TOKEN=given "${registry}/$1:${IMAGE_TAG}") || return 1
	within 30 is_healthy "${id}" && docker rm --force "${id}" >/dev/null
}
is_healthy() { same healthy "$(docker inspect --format '{{.State.Health.Status}}' "$1")"; }
ends_soon() { # SERVICE: within five seconds of the thirty it has, by itself
	local before=${SECONDS}
	stack stop "$1" && ((SECONDS - before < 8)) && same 'exited 0' "$(docker inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$(container "$1")")"
}
migrates() { stack run --rm planer-migrate; }

say "making images"
cp -R "${tree}/." "${work}"
mapfile -t images < <({ sed -nE 's/^# syntax=//p' "${work}"/*/Dockerfile*; bases "${work}"/*/Dockerfile*; } | sort -u)
mapfile -t made < <("${here}/images.sh" "${images[@]}")
wait "$!"
cp -R "${here}/kinds/." "${work}"
# What lies about on a developer's machine belongs into no image; of static files, all is wanted.
for folder in "${work}"/{drill,lathe,planer,saw,shelf}; do
	mkdir -p "${folder}"/{.aws,.git,node_modules/stray,target/debug,tests,src}
	touch "${folder}"/{id_rsa,dump.sql,.env,.aws/credentials,.git/config,src/.env,src/a.pem}
done
touch "${work}/lathe/tests/test_lathe.py" "${work}/planer/node_modules/stray/index.js" "${work}/planer/src/a.test.js"
printf 'fund=false\n' | tee "${work}/planer/.npmrc" >"${work}/planer/packages/edge/.npmrc"

use compose.production.yaml
for service in "${services[@]}"; do
	for stage in $(stages "${service}"); do
		image=${registry}/${service}-${stage}:${IMAGE_TAG}
		made+=("${image/-runtime/}")
		check "${service} is built to its stage ${stage}" build "${service}" "${stage}" "${image/-runtime/}"
	done
done
[[ ${failures} = 0 ]] || finish
printf 'a-token\n' | "${work}/scripts/generate-secrets.sh" --set KINDS_TOKEN production >&2
check "all start and are healthy" stack up --detach --wait --wait-timeout 120
[[ ${failures} = 0 ]] || finish
for service in "${services[@]}"; do
	check "${service} holds what runs, and nothing else" holds_what_runs "${service}"
	check "${service} adds little to its base" small "${service}" 30
	check "${service} names its user by number" named_by_number "${service}"
	check "${service} is confined" process_is_confined "${service}"
done
for service in auger drill lathe planer rasp saw; do
	check "${service} has its secret" same 200 "$(status_of "${service}" 8000/ --header 'Authorization: Bearer a-token')"
	check "${service} has no other" same 403 "$(status_of "${service}" 8000/ --header 'Authorization: Bearer other')"
	[[ ${service} =~ auger|rasp ]] || check "${service} asks for its own health" asks_for_health "${service}"
done
check "migrations run" migrates
check "a page is served" same 200 "$(status_of crate 8080/)"
check "a page of the application is its front page" same 200 "$(status_of shelf 8080/orders/1)"
check "a missing asset is missing" same 404 "$(status_of shelf 8080/assets/none.js)"
for service in "${services[@]}"; do check "${service} ends soon" ends_soon "${service}"; done
finish
