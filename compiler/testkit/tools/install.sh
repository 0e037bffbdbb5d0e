#!/usr/bin/env bash
# Installs the tools that judge stackc's generated output, on Debian or Ubuntu.
#
#   install.sh               install what is missing (a second run does nothing)
#
# Everything but the apt packages goes to ${STACKC_TOOLS:-~/.cache/stackc-tools}. Versions are in
# versions.env. apt and debootstrap need root: the script uses sudo when it is not root.
# STACKC_DEBIAN_MIRROR names a Debian mirror for nginx; without it, the machine's own or the
# default of debootstrap.
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=versions.env
. "$here/versions.env"
# A service that runs jobs may set no HOME, and a user who is not root may not have the paths of the system.
export HOME=${HOME:-~} PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
tools=${STACKC_TOOLS:-$HOME/.cache/stackc-tools}

say() { printf 'install: %s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }
trap 'say "failed at line $LINENO: $BASH_COMMAND"' ERR

[ $# = 0 ] || die "usage: install.sh"

mkdir -p "$tools/bin" "$tools/stamps"
# One installation at a time: a second one waits here and then finds everything done.
exec 9>"$tools/lock"
flock -n 9 || { say "another installation is running, waiting for it"; flock 9; }

work=$(mktemp -d "$tools/work.XXXXXX")
# Go writes read-only trees; give the files back their write bit before they go.
trap 'chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"' EXIT

sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo)

# at_least VERSION MINIMUM
at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

retry() { # COMMAND...: four tries; the registries fail now and then
	local try
	for try in 1 2 3; do
		"$@" && return 0
		say "try $try failed, again in $((try * 5)) s: $*"
		sleep $((try * 5))
	done
	"$@"
}

# step NAME KEY FUNCTION: runs FUNCTION unless NAME is installed with that KEY (its versions). A program
# that is gone counts as not installed: a cache of $tools may come to a machine without Go, Node or Python.
step() {
	local name=$1 key=$2 start=$SECONDS
	if [ "$(cat "$tools/stamps/$name" 2>/dev/null || true)" = "$key" ] && ! dangles "$name"; then return 0; fi
	say "$name: installing"
	rm -f "$tools/stamps/$name"
	"$3"
	printf '%s\n' "$key" >"$tools/stamps/$name"
	say "$name: done in $((SECONDS - start)) s"
}

dangles() { # NAME: what its step made leads to a program of the machine that is not there
	case $1 in
		go) [ ! -x "$tools/bin/go" ] ;;
		python) [ ! -x "$tools/python/bin/python" ] ;;
		npm) [ ! -x "$tools/bin/node" ] ;;
		*) return 1 ;;
	esac
}

apt_updated=
apt_get() { DEBIAN_FRONTEND=noninteractive retry "${sudo[@]}" apt-get -q -o DPkg::Lock::Timeout=600 "$@" >&2; }
apt_update() { [ -n "$apt_updated" ] || apt_get update; apt_updated=1; }
apt_install() { # [-t RELEASE] PACKAGE...
	apt_update
	apt_get install -y --no-install-recommends "$@"
}
need() { # COMMAND PACKAGE: the package only when the command is missing
	command -v "$1" >/dev/null || apt_install "$2"
}

# ---- Go ---------------------------------------------------------------------------------------

# Any Go from 1.21 on will do: it fetches the toolchain GO_VERSION itself, as a Go module.
go=
find_go() {
	local candidate version
	for candidate in "$(command -v go || true)" /usr/local/go/bin/go /usr/lib/go-*/bin/go; do
		[ -x "$candidate" ] || continue
		version=$(GOTOOLCHAIN=local "$candidate" env GOVERSION 2>/dev/null) || continue
		if at_least "${version#go}" 1.21; then go=$candidate; return 0; fi
	done
	return 1
}
best_go_package() { # the newest golang-1.NN-go apt knows, or nothing
	apt-cache pkgnames golang-1. | grep -E '^golang-1\.(2[1-9]|[3-9][0-9])-go$' | sort -V | tail -n 1 || true
}
apt_go() {
	local package uri codename signed_by
	apt_update
	package=$(best_go_package)
	if [ -z "$package" ]; then
		# Debian 12 has Go 1.19 and a newer one in its backports. That suite is marked
		# "not automatic", so adding it changes nothing else on the machine.
		codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
		read -r uri signed_by < <(apt-get indextargets --format "\$(REPO_URI) \$(SIGNED_BY)" \
			"Created-By: Packages" "Origin: Debian" "Codename: $codename") || true
		[ -n "${uri-}" ] || die "no package of Go 1.21 or newer: install one and run this again"
		case ${signed_by-} in /*) ;; *) signed_by=/usr/share/keyrings/debian-archive-keyring.gpg ;; esac
		say "adding $codename-backports for Go"
		printf 'Types: deb\nURIs: %s\nSuites: %s-backports\nComponents: main\nSigned-By: %s\n' \
			"$uri" "$codename" "$signed_by" |
			"${sudo[@]}" tee /etc/apt/sources.list.d/stackc-backports.sources >/dev/null
		apt_updated=
		apt_update
		package=$(best_go_package)
		[ -n "$package" ] || die "no package of Go 1.21 or newer: install one and run this again"
	fi
	apt_install "$package"
}
use_go() {
	[ -z "$go" ] || return 0
	find_go || { apt_go; find_go; } || die "no usable Go"
	export GOBIN=$tools/bin GOWORK=off GOFLAGS=-trimpath CGO_ENABLED=0
	if at_least "$(GOTOOLCHAIN=local "$go" env GOVERSION | sed 's/^go//')" "$GO_VERSION"; then
		export GOTOOLCHAIN=local
	else
		export GOTOOLCHAIN=go$GO_VERSION
	fi
}
module_dir() { # MODULE@VERSION: downloads a module and prints where it lies
	local answer
	answer=$(retry "$go" mod download -json "$1") || { say "$answer"; return 1; }
	sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p' <<<"$answer"
}
go_install() { # PACKAGE@VERSION
	use_go
	retry "$go" install -ldflags='-s -w' "$1"
}
# `go install` refuses a module whose go.mod has replace or exclude lines; a build inside a copy
# of it honours them, and its go.sum pins every dependency.
go_build() { # MODULE@VERSION PACKAGE NAME LDFLAGS [BUILD FLAGS]
	local dir
	use_go
	dir=$(module_dir "$1")
	cp -r --no-preserve=mode "$dir" "$work/$3"
	(cd "$work/$3" && retry "$go" build -ldflags="-s -w $4" "${@:5}" -o "$tools/bin/$3" "$2")
	rm -rf "${work:?}/$3"
}

# The Go that the tests build with.
go_link() {
	use_go
	ln -sf "$(readlink -f "$go")" "$tools/bin/go"
}
compose() {
	go_build "github.com/docker/compose/v5@$COMPOSE_VERSION" ./cmd docker-compose \
		"-X github.com/docker/compose/v5/internal.Version=$COMPOSE_VERSION"
}
# The loader of `docker stack deploy`, which `docker stack config` leaves half out: it neither converts
# nor says what it ignores. The module keeps its own go.mod under another name.
stack_check() {
	local dir
	use_go
	dir=$(module_dir "github.com/docker/cli@$DOCKER_CLI_VERSION+incompatible")
	cp -r --no-preserve=mode "$dir" "$work/docker-cli"
	mkdir "$work/docker-cli/cmd/stack-check"
	cp "$here/stack-check.go" "$work/docker-cli/cmd/stack-check/main.go"
	(
		cd "$work/docker-cli"
		rm -rf vendor
		mv vendor.mod go.mod
		mv vendor.sum go.sum
		retry "$go" build -mod=mod -ldflags='-s -w' -o "$tools/bin/stack-check" ./cmd/stack-check
	)
	rm -rf "$work/docker-cli"
}
# Only the service discoveries a generated configuration can name are built in; the clouds' SDKs
# would double the time. `check config` therefore does not know e.g. ec2_sd_configs.
promtool() {
	go_build "github.com/prometheus/prometheus@$PROMETHEUS_VERSION" ./cmd/promtool promtool \
		"-X github.com/prometheus/common/version.Version=$PROMETHEUS_VERSION" \
		-tags remove_all_sd,enable_dns_sd,enable_moby_sd,enable_kubernetes_sd
}
amtool() { go_install "github.com/prometheus/alertmanager/cmd/amtool@$ALERTMANAGER_VERSION"; }
kustomize() { go_install "sigs.k8s.io/kustomize/kustomize/v5@$KUSTOMIZE_VERSION"; }
kube_score() { go_install "github.com/zegl/kube-score/cmd/kube-score@$KUBE_SCORE_VERSION"; }
actionlint() { go_install "github.com/rhysd/actionlint/cmd/actionlint@$ACTIONLINT_VERSION"; }
shfmt() { go_install "mvdan.cc/sh/v3/cmd/shfmt@$SHFMT_VERSION"; }
# Without asking for a newer version of itself at each run.
dotenv_linter() {
	CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
		retry cargo install --quiet --locked --force --no-default-features --version "$DOTENV_LINTER_VERSION" \
		--target-dir "$work/dotenv-linter" --root "$tools" dotenv-linter
}
# A small program of ours around BuildKit's own checks, and the reader of Dockerfiles that the line
# `# syntax` asks for, which ../engine builds with; go.mod and go.sum pin both.
dockerfile_check() {
	use_go
	cp -r "$here/buildkit" "$work/buildkit"
	(cd "$work/buildkit" && retry "$go" build -ldflags='-s -w' -o "$tools/bin/dockerfile-check" . &&
		retry "$go" build -ldflags='-s -w' -o "$tools/bin/dockerfile-frontend" \
			github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend)
}
# Some module proxies do not serve kube-linter. That must not cost the other tools; check.sh says
# that it is missing when it is needed.
kube_linter() {
	use_go
	if ! "$go" install -ldflags='-s -w' \
		"golang.stackrox.io/kube-linter/cmd/kube-linter@$KUBE_LINTER_VERSION"; then
		say "warning: kube-linter $KUBE_LINTER_VERSION cannot be obtained here; 'check.sh kubernetes-lint' will say so"
		kube_linter_missing=1
	fi
}

# ---- Python, Node -------------------------------------------------------------------------------

python_env() {
	python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3 python3-venv
	rm -rf "$tools/python"
	python3 -m venv "$tools/python"
	retry "$tools/python/bin/pip" install -q --disable-pip-version-check \
		-c "$here/constraints.txt" "${PYPI_PACKAGES[@]}"
	local name
	for name in python3 zizmor check-jsonschema yamllint gixy hadolint shellcheck; do
		ln -sf "../python/bin/$name" "$tools/bin/$name"
	done
}

node_tools() {
	local node version
	node=$(command -v node || true)
	version=$([ -z "$node" ] || "$node" --version)
	rm -rf "$tools/npm"
	mkdir -p "$tools/npm"
	if [ -z "$node" ] || ! command -v npm >/dev/null || ! at_least "${version#v}" "$NODE_MINIMUM"; then
		say "node: taking $NODE_WHEEL from PyPI (the machine has ${version:-none})"
		python3 -m venv "$tools/npm/node"
		retry "$tools/npm/node/bin/pip" install -q --disable-pip-version-check "$NODE_WHEEL"
		node=$tools/npm/node/bin/node
	fi
	ln -sf "$node" "$tools/bin/node"
	cp "$here/npm/package.json" "$here/npm/package-lock.json" "$tools/npm/"
	# The lock file pins by hash and names no registry, so any mirror serves.
	(cd "$tools/npm" && PATH="$(dirname "$node"):$PATH" retry npm ci --ignore-scripts --no-audit --no-fund >&2)
	local name
	for name in dclint yaml-language-server; do
		printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node" \
			"$(readlink -f "$tools/npm/node_modules/.bin/$name")" >"$tools/bin/$name"
		chmod +x "$tools/bin/$name"
	done
}

# ---- Kubernetes custom resources ----------------------------------------------------------------

crds() {
	local source module folder dir folders=()
	use_go
	for source in "${CRD_SOURCES[@]}"; do
		read -r module folder <<<"$source"
		dir=$(module_dir "$module")
		folders+=("$dir/$folder")
	done
	rm -rf "$tools/crds"
	"$tools/python/bin/python" "$here/crd-schemas.py" "$work/crds" "${folders[@]}"
	mv "$work/crds" "$tools/crds"
}

# ---- nginx ----------------------------------------------------------------------------------------

# Distributions carry old versions, so nginx comes from Debian sid: debootstrap downloads the
# packages and verifies their signatures, without touching the apt of the machine, and works on
# Ubuntu too. Nothing is configured or started: the packages are unpacked and the few files nginx
# needs become a small root directory (its own C library included) which check.sh copies and
# enters with chroot. That needs no mounts, and 20 MB are copied faster than an overlay is set up.
bootstrap() { # MIRROR
	"${sudo[@]}" rm -rf "$work/debs"
	"${sudo[@]}" debootstrap --download-only --variant=minbase --include=nginx-light,libnginx-mod-http-js \
		--keyring=/usr/share/keyrings/debian-archive-keyring.gpg sid "$work/debs" ${1:+"$1"} \
		>"$work/debootstrap.log" 2>&1 || { tail -n 5 "$work/debootstrap.log" >&2; return 1; }
}
nginx_root() {
	local deb file mirror=${STACKC_DEBIAN_MIRROR-} found all=$work/sid root=$work/nginx
	need debootstrap debootstrap
	[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || apt_install debian-archive-keyring
	if [ -z "$mirror" ]; then
		mirror=$(apt-get indextargets --format "\$(REPO_URI)" "Created-By: Packages" "Origin: Debian" "Component: main" |
			grep -v -e security -e backports | sort -u | head -n 1 || true)
	fi
	retry bootstrap "$mirror"
	"${sudo[@]}" chown -R "$(id -u):$(id -g)" "$work/debs"
	mkdir -p "$all" "$root"
	for deb in "$work"/debs/var/cache/apt/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$all" --no-same-owner --exclude='./dev/*'
	done

	mkdir -p "$root"/{dev,proc,run,tmp,usr/sbin,usr/lib/nginx,usr/share,etc/nginx/conf.d,var/cache/nginx,var/lib/nginx,var/log/nginx}
	for file in bin sbin lib lib64; do
		[ ! -L "$all/$file" ] || cp -P "$all/$file" "$root/"
	done
	cp "$all/usr/sbin/nginx" "$root/usr/sbin/"
	cp -rL "$all/usr/lib/nginx/modules" "$root/usr/lib/nginx/"
	# What the image has in /etc/nginx besides the configuration proper.
	cp "$all"/etc/nginx/{mime.types,fastcgi_params,fastcgi.conf,uwsgi_params,scgi_params} "$root/etc/nginx/"
	ln -s /usr/lib/nginx/modules "$root/etc/nginx/modules"
	cp -r "$all/usr/share/nginx" "$root/usr/share/"
	# The loader and the libraries of nginx and its modules.
	"${sudo[@]}" chroot "$all" /bin/sh -c 'ldd /usr/sbin/nginx /usr/lib/nginx/modules/*.so' |
		grep -oE '/lib[^ :]*\.so[^ :]*' | sort -u >"$work/libraries"
	while read -r file; do
		(cd "$all" && cp --parents -L ".${file/#\/lib//usr/lib}" "$root/")
	done <"$work/libraries"
	printf 'root:x:0:0::/:/bin/false\nwww-data:x:33:33::/:/bin/false\nnginx:x:101:101::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n' >"$root/etc/passwd"
	printf 'root:x:0:\nwww-data:x:33:\nnginx:x:101:\nnogroup:x:65534:\n' >"$root/etc/group"
	printf 'hosts: files\npasswd: files\ngroup: files\n' >"$root/etc/nsswitch.conf"
	chmod 1777 "$root/tmp"

	found=$("${sudo[@]}" chroot "$root" /usr/sbin/nginx -v 2>&1 | sed -n 's,^nginx version: nginx/,,p')
	at_least "${found:-0}" "$NGINX_MINIMUM" || die "nginx ${found:-none} from sid, $NGINX_MINIMUM or newer is needed"
	[ "$found" = "$NGINX_VERSION" ] || say "nginx: sid no longer has $NGINX_VERSION, installed $found"
	printf '%s\n' "$found" >"$root/version"
	rm -rf "$tools/nginx"
	mv "$root" "$tools/nginx"
}

# ---- all of it ------------------------------------------------------------------------------------

system() {
	# The linker of every Rust program, which rustup does not bring.
	command -v cc >/dev/null || apt_install gcc libc6-dev
	need openssl openssl
	need flock util-linux
	# The live test: its networks, its client of HTTP/2, its client of TLS.
	need ip iproute2
	need curl curl
	need pkg-config pkgconf
	pkg-config --exists openssl || apt_install libssl-dev
}

# In one function, so that an edit of this file cannot change an installation that runs.
main() {
	kube_linter_missing=
	# At every run: it only asks, and what it brings lies outside of $tools.
	system
	step go "$GO_VERSION" go_link
	step python "python3 ${PYPI_PACKAGES[*]} $(cksum <"$here/constraints.txt")" python_env
	step crds "${CRD_SOURCES[*]} $(cksum <"$here/crd-schemas.py")" crds
	step nginx "$NGINX_VERSION $NGINX_MINIMUM" nginx_root
	step npm "node $(cksum <"$here/npm/package-lock.json") $NODE_WHEEL" node_tools
	step kustomize "$KUSTOMIZE_VERSION" kustomize
	step actionlint "$ACTIONLINT_VERSION" actionlint
	step shfmt "$SHFMT_VERSION" shfmt
	step dotenv-linter "$DOTENV_LINTER_VERSION" dotenv_linter
	step kube-score "$KUBE_SCORE_VERSION" kube_score
	step docker-compose "$COMPOSE_VERSION" compose
	step stack-check "$DOCKER_CLI_VERSION $(cksum <"$here/stack-check.go")" stack_check
	step promtool "$PROMETHEUS_VERSION" promtool
	step amtool "$ALERTMANAGER_VERSION" amtool
	step dockerfile-check "$(cat "$here"/buildkit/* | cksum)" dockerfile_check
	step kube-linter "$KUBE_LINTER_VERSION" kube_linter
	# Not installed, so not stamped as such; the attempt costs a second and is made at every run.
	[ -z "$kube_linter_missing" ] || rm -f "$tools/stamps/kube-linter"
	say "ready: $tools/bin"
}
main
