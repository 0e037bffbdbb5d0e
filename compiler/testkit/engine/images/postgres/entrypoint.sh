#!/usr/bin/env bash
# Sets an empty cluster up from POSTGRES_PASSWORD_FILE, POSTGRES_USER, POSTGRES_DB,
# POSTGRES_INITDB_ARGS and /docker-entrypoint-initdb.d, as the official image documents them.
set -Eeuo pipefail

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-${user}}

first_start() {
	local file
	# shellcheck disable=SC2086 # several arguments in one variable
	initdb --username="${user}" --pwfile=<(cat "${POSTGRES_PASSWORD_FILE}") ${POSTGRES_INITDB_ARGS-}
	printf '\nhost all all all scram-sha-256\n' >>"${PGDATA}/pg_hba.conf"
	pg_ctl -w -o "-c listen_addresses=''" start
	if [[ ${database} != postgres ]]; then
		psql -v ON_ERROR_STOP=1 -U "${user}" -d postgres -c "CREATE DATABASE \"${database}\""
	fi
	for file in /docker-entrypoint-initdb.d/*; do
		# shellcheck source=/dev/null
		case ${file} in
		*.sh) if [[ -x ${file} ]]; then "${file}"; else . "${file}"; fi ;;
		*.sql) psql -v ON_ERROR_STOP=1 -U "${user}" -d "${database}" -f "${file}" ;;
		*) ;;
		esac
	done
	pg_ctl -m fast -w stop
}

if [[ ${1-} == postgres && ! -s ${PGDATA}/PG_VERSION ]]; then
	first_start
fi
if [[ ${1-} == postgres ]]; then
	set -- "$@" -c listen_addresses='*'
fi
exec "$@"
