# shellcheck shell=bash
# What a running system must keep; sourced by up.sh, which says where it runs.
: "${work:?}" "${project:?}" "${failures:?}"

# Runs in a container of root with the tree, for the files belong to the users of containers.
as_root() { docker run --rm --volume "${work}:/tree" --workdir /tree stackc-engine/debian "$@"; }

# The secrets; the first start makes all else.
prepare() {
	(cd "${work}" && scripts/generate-secrets.sh production) 2>&1 | sed 's/^/engine: /' >&2
	raise_limits
	client=$(docker run --detach --rm --init --network host stackc-engine/debian sleep infinity)
}

# An engine without the right to raise limits cannot give nginx its open files: then, and only then, the
# run goes without them and says so.
raise_limits() {
	! docker run --rm --ulimit nofile=65536:524288 stackc-engine/debian true 2>/dev/null || return 0
	say "note: this engine may not raise the limit of open files, so nginx runs without its ulimits"
	printf 'services: { nginx: { ulimits: !reset null } }\n' >"${work}/limits.yaml"
	files+=(-f "${work}/limits.yaml")
}

running=(nginx postgres redis web)
container() { stack ps --all --quiet "$1" | head -n "${2:-1}" | tail -n 1; }
inside() { # SERVICE COMMAND...
	local service=$1
	shift
	stack exec -T "${service}" "$@"
}
fails() { ! "$@"; }
same() { [[ $1 = "$2" ]] || { printf 'wanted: %s\nfound:  %s\n' "$1" "$2"; return 1; }; }
within() { # SECONDS COMMAND...
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 1
	done
}

# A client on the host, wherever the engine is.
request() { # URL [CURL OPTION...]
	docker exec "${client}" curl --silent --show-error --insecure --max-time 20 \
		--resolve "shop.example:443:127.0.0.1" --resolve "shop.example:80:127.0.0.1" \
		--resolve "stranger.example:443:127.0.0.1" "${@:2}" "$1"
}
status_of() { request "$1" --output /dev/null --write-out '%{http_code}' "${@:2}"; }
leads_to_https() { same 308 "$(status_of http://shop.example/)"; }
answers() { same 200 "$(status_of https://shop.example/)"; }
counted() { request https://shop.example/count --fail; }
number() { sed -E "s/.*\"$1\":([0-9]+).*/\1/"; }

healthy() {
	local found
	found=$(stack ps --format '{{.Service}} {{.Health}}' | sort)
	same "$(printf '%s\n' 'nginx healthy' 'postgres healthy' 'redis healthy' 'web healthy' 'web healthy')" "${found}"
}
ended_well() { # SERVICE: a run to its end
	same 'exited 0' "$(docker inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$(container "$1")")"
}
secure_headers() {
	local answer name
	answer=$(request https://shop.example/ --include --fail)
	for name in strict-transport-security content-security-policy-report-only x-content-type-options \
		x-frame-options referrer-policy permissions-policy cross-origin-opener-policy; do
		[[ $(grep -ci "^${name}:" <<<"${answer}") = 1 ]] || { printf '%s is not there once:\n%s\n' "${name}" "${answer}"; return 1; }
	done
	! grep -qiE '^(x-powered-by|server: nginx/)' <<<"${answer}" || { echo "${answer}"; return 1; }
}
secrets_of() { # SERVICE NAME...
	same "$(printf '%s\n' "${@:2}")" "$(inside "$1" sh -c 'ls /run/secrets 2>/dev/null || true')"
}
no_value_in() { # the settings of a container, which anyone who may ask the engine reads
	local file settings
	settings=$(docker inspect "$(container "$1")")
	for file in $(as_root sh -c 'cat secrets/production/*_PASSWORD; echo'); do
		[[ ${settings} != *"${file}"* ]] || { echo "a password stands in the settings of $1"; return 1; }
	done
}
confined() { # SERVICE USER: read-only root, no capabilities, no way to get any
	local status
	inside "$1" grep -qE '^[^ ]+ / [^ ]+ ro,' /proc/mounts || { echo 'its root can be written'; return 1; }
	inside "$1" sh -c 'echo >/tmp/written && rm /tmp/written' || return 1
	status=$(inside "$1" cat /proc/1/status)
	same "$2" "$(sed -nE 's/^Uid:\t([0-9]+)\t.*/\1/p' <<<"${status}")" &&
		same "$(printf '0000000000000000\n%.0s' 1 2 3)" "$(sed -nE 's/^Cap(Eff|Prm|Bnd):\t//p' <<<"${status}")" &&
		same 1 "$(sed -nE 's/^NoNewPrivs:\t//p' <<<"${status}")"
}
bounded() { # SERVICE BYTES PIDS NANOCPUS
	same "$2 $3 $4" "$(docker inspect --format '{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}} {{.HostConfig.NanoCpus}}' "$(container "$1")")"
}
apart() { fails inside "$1" getent hosts "$2"; }

started_more() { [[ $(docker inspect --format '{{.RestartCount}}' "$1") -gt $2 ]]; }
restarts() { # after its processes die
	local id count
	id=$(container web)
	count=$(docker inspect --format '{{.RestartCount}}' "${id}")
	docker exec "${id}" sh -c 'kill -9 -1' || true
	within 30 started_more "${id}" "${count}" && within 60 healthy
}
# Of both copies of web on the network of nginx.
addresses() {
	local copy
	for copy in 1 2; do
		docker inspect --format "{{(index .NetworkSettings.Networks \"${project}_edge\").IPAddress}}" "$(container web "${copy}")"
	done
}
# Others take addresses before web comes back, so that it gets new ones.
found_again() {
	local before others=()
	before=$(addresses)
	stack rm --stop --force web >/dev/null
	for _ in {1..4}; do
		others+=("$(docker run --detach --rm --network "${project}_edge" stackc-engine/debian sleep 300)")
	done
	stack up --detach --no-deps --wait web || return 1
	docker rm --force "${others[@]}" >/dev/null
	[[ $(addresses) != "${before}" ]] || { echo "web got its old addresses"; return 1; }
	within 30 answers
}
comes_back() { stack up --detach --wait web && within 30 answers; }
# A request that runs is answered, and the process ends by itself within its time.
finishes() {
	local answer code
	answer=$(mktemp "${work}/answer.XXXXXX")
	status_of https://shop.example/slow >"${answer}" &
	sleep 1.5
	stack stop web || return 1
	wait $!
	code=$(docker inspect --format '{{.State.ExitCode}}' "$(container web)")
	same '200 0' "$(cat "${answer}") ${code}"
}
stops_well() {
	local service
	stack stop || return 1
	for service in "${running[@]}"; do ended_well "${service}" || { echo "${service}"; return 1; }; done
}
continues() { # after everything was removed but the volumes
	local before after store
	before=$(counted) && stack down && stack up --detach --wait --wait-timeout 180 && after=$(counted) || return 1
	for store in postgres redis; do
		same "$(($(number "${store}" <<<"${before}") + 1))" "$(number "${store}" <<<"${after}")" || return 1
	done
}

run_all() {
	check "it starts, and all that has a check is healthy" stack up --detach --wait --wait-timeout 180
	# Nothing else can hold.
	[[ ${failures} = 0 ]] || return 0
	check "two copies of web, one of each other" healthy
	check "the migrations ran once, to their end" ended_well web-migrate
	check "a certificate stands in for the one to come" ended_well nginx-certificates
	check "HTTPS answers" answers
	check "HTTP leads to HTTPS" leads_to_https
	check "the page has the headers of security, once each" secure_headers
	check "a stranger's name gets no certificate" fails request https://stranger.example/
	check "both stores answer through the edge" counted
	check "the application's role is no superuser" same f "$(inside postgres psql -U postgres -d shop -Atc "SELECT rolsuper FROM pg_roles WHERE rolname = 'app'")"
	check "postgres sees its secrets alone" secrets_of postgres POSTGRES_PASSWORD POSTGRES_SUPERUSER_PASSWORD
	check "redis sees its secrets alone" secrets_of redis REDIS_ACL REDIS_PASSWORD
	check "web sees its secrets alone" secrets_of web DATABASE_URL REDIS_URL
	check "nginx sees no secret" secrets_of nginx
	local service
	for service in "${running[@]}"; do check "no password in the settings of ${service}" no_value_in "${service}"; done
	check "nginx is confined" confined nginx 101
	check "postgres is confined" confined postgres 999
	check "redis is confined" confined redis 999
	check "web is confined" confined web 10001
	check "web is bounded" bounded web 536870912 512 1000000000
	check "nginx cannot even name postgres" apart nginx postgres
	check "a process that dies is started again" restarts
	check "nginx finds web at new addresses" found_again
	check "a request that runs is answered before web stops" finishes
	check "web starts again" comes_back
	check "the data outlives the containers" continues
	check "all stop by themselves" stops_well
}
