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

# shellcheck source-path=SCRIPTDIR source=running.sh
. "${here}/running.sh"
need_engine
begin stackc-engine
# shellcheck source-path=SCRIPTDIR source=checks.sh
. "${here}/checks.sh"

say "making images"
cp -R "${tree}/." "${work}"
use compose.production.yaml
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
finish
