#!/usr/bin/env bash
# Runs a command with a docker engine of its own, and takes the engine down with it.
#
#   engine.sh COMMAND...
#
# The engine is Debian's, in a root of its own and in namespaces of its own: it sees no network but its
# own bridges, shares no port with the machine and leaves nothing behind but the packages it is made of,
# in ${STACKC_TOOLS:-~/.cache/stackc-tools}/engine. COMMAND runs in there too, with the working folder,
# the tools and /tmp as they are outside, so the machine needs neither docker nor a client of it.
#
# exit: that of COMMAND, 1 when the engine does not start, 3 when this machine cannot have one
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=roots.sh
. "${here}/roots.sh"
[[ $# -gt 0 ]] || { sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
cannot() { say "no engine can be started here: $*"; exit 3; }

[[ ${EUID} = 0 ]] || cannot "it needs root"
command -v apt-get >/dev/null || cannot "its packages come from Debian, and this machine has no apt"
unshare --mount --net --pid --fork true 2>/dev/null || cannot "this machine allows no namespaces"

engine_root
debian_root
languages_root
work=$(mktemp -d "${TMPDIR:-/tmp}/stackc-engine.XXXXXX")
# The engine keeps its files until its namespaces are gone.
cleanup() {
	local folder
	rm -rf "${work}" 2>/dev/null || { sleep 1; rm -rf "${work}"; }
	for folder in /sys/fs/cgroup/*/"${work##*/}" /sys/fs/cgroup/"${work##*/}"; do
		[[ ! -d ${folder} ]] || find "${folder}" -depth -type d -exec rmdir {} + 2>/dev/null || true
	done
}
trap cleanup EXIT

# The end of the first process ends all others of the namespace.
unshare --mount --net --pid --ipc --uts --fork --kill-child \
	"${here}/inside.sh" "${store}/engine" "${work}" "${store%/engine}" "${here%/compiler/testkit/engine}" "$@"
