#!/usr/bin/env bash
# Makes the images that generated files name, from Debian's packages, in the engine that is there.
#
#   images.sh NAME:TAG...
#
# An image that the engine holds already is used as it is: pull the real one first to try it. What is made
# here is named on the standard output, for the caller to remove. Each recipe of images/ gives what the
# generated files rely on, on one common root; versions are those of Debian sid, whatever the tag says.
#
# exit: 0 all are there, 1 otherwise
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=roots.sh
. "${here}/roots.sh"
base=stackc-engine/debian

held() { docker image inspect "$1" >/dev/null 2>&1; }

make_base() {
	held "${base}" && return
	debian_root
	say "importing the common root"
	tar -C "${store}/debian" -c --exclude=./proc --exclude=./sys --exclude=./dev . | docker import - "${base}" >/dev/null
	echo "${base}"
}

# Docker's older builder, which every engine still has, needs no plug-in; it says on each run that it is old.
build() { # IMAGE FOLDER
	local output
	output=$(DOCKER_BUILDKIT=0 docker build --tag "$1" "$2" 2>&1) || { printf '%s\n' "${output}" >&2; return 1; }
}

# What reads Dockerfiles that begin with `# syntax=docker/dockerfile:1`.
frontend() {
	[[ -x ${store%/engine}/bin/dockerfile-frontend ]] || die "run compiler/testkit/tools/install.sh first"
	tar -C "${store%/engine}" -c bin/dockerfile-frontend |
		docker import --change 'ENTRYPOINT ["/bin/dockerfile-frontend"]' - "$1" >/dev/null
}

for image in "$@"; do
	held "${image}" && continue
	if [[ ${image} = docker/dockerfile:* ]]; then
		frontend "${image}"
	else
		recipe=${image%%:*}
		recipe=${here}/images/${recipe//\//-}
		[[ -d ${recipe} ]] || die "no recipe for ${image}: add ${recipe}/Dockerfile"
		make_base
		say "building ${image}"
		build "${image}" "${recipe}"
	fi
	echo "${image}"
done
