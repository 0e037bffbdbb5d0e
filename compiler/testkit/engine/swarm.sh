#!/usr/bin/env bash
# Gives the secrets of the case `grocery-list` to a real swarm of one node, in an engine of its own: what its
# stack files ask for is there, and a service reads what the file holds.
#
#   engine.sh swarm.sh
#
# exit: 0 all is there, 1 something is not, 3 there is no engine
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=roots.sh
. "${here}/roots.sh"
docker info >/dev/null 2>&1 || { say "no engine: try $(dirname "$0")/engine.sh $0"; exit 3; }
if ! state=$(docker info --format '{{.Swarm.LocalNodeState}}') || [[ ${state} != inactive ]]; then
	say "this engine is part of a swarm, which is left alone: try $(dirname "$0")/engine.sh $0"
	exit 3
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/stackc-swarm.XXXXXX")
trap 'docker swarm leave --force >/dev/null 2>&1 || true; rm -rf "${work}"' EXIT
failed() { echo "FAILED  $*"; exit 1; }

docker swarm init --advertise-addr 127.0.0.1 >/dev/null
cp -R "${here}/../../../golden/grocery-list/." "${work}"
cd "${work}"
generate=(scripts/generate-secrets.sh production)
status=0
"${generate[@]}" --swarm 2>given || status=$?
[[ ${status} = 3 ]] || failed "the first run: ${status}"
for name in $(sed -n 's/.* missing: \([A-Z_]*\):.*/\1/p' given); do
	echo "given for ${name}" | "${generate[@]}" --set "${name}" --swarm 2>/dev/null
done
output=$("${generate[@]}" --swarm 2>&1) || failed "the last run: ${output}"
[[ -z ${output} ]] || failed "something was left to be done: ${output}"
wanted=$(sed -n 's/^    name: \(.*_v[0-9]*\)$/\1/p' swarm.production*.yaml | sort -u)
[[ -n ${wanted} && ${wanted} = "$(docker secret ls --format '{{.Name}}' | sort)" ]] || failed "the swarm has other secrets"
echo "ok      the swarm has $(wc -l <<<"${wanted}") secrets, those that its stack files name"

mapfile -t images < <("${here}/images.sh" busybox:1)
wait "$!"
for name in ${wanted}; do
	key=${name#grocery-list-production_}
	docker service create --quiet --detach --name reader --restart-condition none --network none \
		--secret "source=${name},target=value" "${images[0]}" sha256sum /run/secrets/value >/dev/null
	found=
	for _ in {1..60}; do
		found=$(docker service logs --raw reader 2>/dev/null | cut -d ' ' -f 1)
		[[ -z ${found} ]] || break
		sleep 0.5
	done
	[[ ${found} = "$(sha256sum <"secrets/production/${key%_v*}" | cut -d ' ' -f 1)" ]] || failed "a service reads another ${key}"
	docker service rm reader >/dev/null
done
echo "ok      a service reads each as its file holds it"
