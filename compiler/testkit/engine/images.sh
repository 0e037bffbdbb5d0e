#!/usr/bin/env bash
# Makes the images that generated files name, from Debian's packages, in the engine that is there.
#
#   images.sh NAME:TAG...
#
# An image that the engine holds already is used as it is: pull the real one first to try it. What is made
# here is named on the standard output, for the caller to remove. Each recipe of images/ gives what the
# generated files rely on, upon a root of Debian packages; versions are those of sid, whatever the tag says.
#
# exit: 0 all are there, 1 otherwise
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=roots.sh
. "${here}/roots.sh"

held() { docker image inspect "$1" >/dev/null 2>&1; }

# The root that a recipe begins with, stackc-engine/debian or stackc-engine/languages.
make_base() { # NAME
	held "stackc-engine/$1" && return
	"$1_root"
	say "importing the root $1"
	tar -C "${store}/$1" -c --exclude=./proc --exclude=./sys --exclude=./dev . | docker import - "stackc-engine/$1" >/dev/null
	echo "stackc-engine/$1"
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
		make_base "$(sed -nE 's/^FROM stackc-engine\/([a-z]+).*/\1/p' "${recipe}/Dockerfile")"
		say "building ${image}"
		build "${image}" "${recipe}"
	fi
	echo "${image}"
done
