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
mapfile -t names < <(sed -n 's/.* missing: \([A-Z_]*\):.*/\1/p' given)
for name in "${names[@]}"; do
	echo "given for ${name}" | "${generate[@]}" --set "${name}" --swarm 2>/dev/null
done
output=$("${generate[@]}" --swarm 2>&1) || failed "the last run: ${output}"
[[ -z ${output} ]] || failed "something was left to be done: ${output}"
wanted=$(sed -n 's/^    name: \(.*_v[0-9]*\)$/\1/p' swarm.production*.yaml | sort -u)
[[ -n ${wanted} && ${wanted} = "$(docker secret ls --format '{{.Name}}' | sort)" ]] || failed "the swarm has other secrets"
echo "ok      the swarm has $(wc -l <<<"${wanted}") secrets, those that its stack files name"

mapfile -t images < <("${here}/images.sh" redis:8)
wait "$!"
mounts=()
for name in ${wanted}; do
	key=${name#grocery-list-production_}
	mounts+=(--secret "source=${name},target=${key%_v*}")
done
docker service create --quiet --detach --no-resolve-image --name reader --restart-condition none "${mounts[@]}" "${images[0]}" \
	sh -c 'cd /run/secrets && sha256sum *' >/dev/null
for _ in {1..60}; do
	found=$(docker service logs --raw reader 2>/dev/null | sort -k 2)
	[[ $((${#mounts[@]} / 2)) != "$(wc -l <<<"${found}")" ]] || break
	sleep 0.5
done
mapfile -t names < <(cut -d ' ' -f 3 <<<"${found}")
held=$(cd secrets/production && sha256sum "${names[@]}")
[[ -n ${found} && ${found} = "${held}" ]] || failed "a service reads something else: ${found}"
echo "ok      a service reads each as its file holds it"
