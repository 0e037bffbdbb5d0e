#!/usr/bin/env bash
# Started by engine.sh as the first process of the new namespaces: lays a writable layer over the root,
# starts the engine in it and runs the command. Everything here ends with this process.
#
#   inside.sh ROOT WORK TOOLS REPOSITORY COMMAND...
set -Eeuo pipefail

lower=$1 work=$2 tools=$3 repository=$4
shift 4
folder=${PWD}
root=${work}/root

share() { # OUTSIDE [INSIDE]: the same folder in the root
	mkdir -p "${root}${2-$1}"
	mount --rbind "$1" "${root}${2-$1}"
}

mount --make-rprivate /
mkdir "${work}"/{upper,scratch,root,data}
mount -t overlay -o "lowerdir=${lower},upperdir=${work}/upper,workdir=${work}/scratch" overlay "${root}"
mount -t proc proc "${root}/proc"
mount -t sysfs sysfs "${root}/sys"
mount -t tmpfs tmpfs "${root}/run"
share /sys/fs/cgroup
share /dev
share "${work}/data" /var/lib/docker
share "${tools}"
share "${repository}"
[[ ${folder} == "${repository}"* ]] || share "${folder}"
mkdir "${root}/outside"
cd "${root}"
pivot_root . outside
umount --lazy /outside
cd "${folder}"

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp
export DOCKER_HOST=unix:///run/docker.sock STACKC_TOOLS=${tools}
ip link set lo up
dockerd --host "${DOCKER_HOST}" --cgroup-parent "/${work##*/}" --log-level warn >/var/log/dockerd.log 2>&1 </dev/null &
for _ in {1..60}; do
	! docker info >/dev/null 2>&1 || break
	sleep 0.5
done
if ! docker info >/dev/null 2>&1; then
	tail -n 5 /var/log/dockerd.log >&2
	echo 'engine: error: the engine does not start' >&2
	exit 1
fi
"$@"
