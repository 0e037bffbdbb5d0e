# shellcheck shell=bash
# Debian roots: what the images are made of, and what a private engine runs in. Sourced.
#
# debootstrap unpacks and verifies the packages; nothing on the machine itself is changed but by the
# package of debootstrap. Each root is made once and kept in ${STACKC_TOOLS:-~/.cache/stackc-tools}/engine.

store=${STACKC_TOOLS:-${HOME}/.cache/stackc-tools}/engine

say() { printf 'engine: %s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# The mirror of Debian that apt of this machine uses, or nothing.
mirror() {
	[[ -z ${STACKC_DEBIAN_MIRROR-} ]] || { printf '%s\n' "${STACKC_DEBIAN_MIRROR}"; return; }
	apt-get indextargets --format "\$(REPO_URI)" "Created-By: Packages" "Origin: Debian" "Component: main" |
		grep -v -e security -e backports | sort -u | head -n 1 || true
}

# root NAME SUITE PACKAGE...: makes a root unless it is there with these packages.
root() {
	local name=$1 suite=$2 key="$*" url work
	shift 2
	[[ $(cat "${store}/${name}.stamp" 2>/dev/null) != "${key}" ]] || return 0
	[[ ${EUID} = 0 ]] || die "making a Debian root needs root"
	command -v debootstrap >/dev/null || { apt-get -q update && apt-get -q install -y --no-install-recommends debootstrap; } >&2
	[[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || apt-get -q install -y debian-archive-keyring >&2
	say "${name}: making a root of Debian ${suite}, which takes a minute or two"
	mkdir -p "${store}"
	work=$(mktemp -d "${store}/work.XXXXXX")
	url=$(mirror)
	if ! { debootstrap --variant=minbase --include=ca-certificates \
		--keyring=/usr/share/keyrings/debian-archive-keyring.gpg "${suite}" "${work}" ${url:+"${url}"} &&
		packages "${work}" "$@"; } >"${store}/${name}.log" 2>&1; then
		tail -n 5 "${store}/${name}.log" >&2
		rm -rf "${work}"
		die "no root of Debian ${suite}, see ${store}/${name}.log"
	fi
	chmod 755 "${work}"
	rm -rf "${store:?}/${name}"
	mv "${work}" "${store}/${name}"
	printf '%s\n' "${key}" >"${store}/${name}.stamp"
}

# Installs packages in a root. A list that is past its date is taken, for the signatures still hold.
packages() {
	local folder=$1
	shift
	cp /etc/resolv.conf "${folder}/etc/resolv.conf"
	printf '#!/bin/sh\nexit 101\n' >"${folder}/usr/sbin/policy-rc.d"
	chmod 755 "${folder}/usr/sbin/policy-rc.d"
	DEBIAN_FRONTEND=noninteractive unshare --mount --pid --fork --mount-proc="${folder}/proc" chroot "${folder}" \
		sh -ec 'apt-get -q -o Acquire::Check-Valid-Until=false update
			apt-get -q install -y --no-install-recommends "$@"
			apt-get clean; rm -rf /var/lib/apt/lists/* /usr/share/doc/*' packages "$@"
}

# What the engine runs in, and what the images are made of. The latter are sid: the configuration for
# nginx needs a version that no stable Debian has.
engine_root() { root engine trixie docker.io docker-cli docker-buildx iptables iproute2 curl openssl; }
debian_root() { root debian sid nginx-light libnginx-mod-http-js curl openssl postgresql redis-server nodejs npm; }
# Compilers, and the release of uv that generated Dockerfiles install, as a file: there is no network later.
languages_root() {
	local uv
	root languages sid gcc libc6-dev golang-go cargo rustc python3 python3-pip
	uv=$(sed -nE 's/.*"tool": "uv", "version": "([^"]+)".*/\1/p' "${here}/../../model/data/versions.json")
	compgen -G "${store}/languages/opt/wheels/uv-${uv}-*" >/dev/null ||
		"${store%/engine}/python/bin/pip" --quiet --disable-pip-version-check download --no-deps --only-binary :all: \
			--dest "${store}/languages/opt/wheels" "uv==${uv}" >&2 || die "no uv ${uv}: run compiler/testkit/tools/install.sh first"
}
