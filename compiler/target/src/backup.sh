# Removes what is too old, but never the newest copy, so that a full disk frees itself; then saves one
# data store and reads the copy back. However often runs fail, the last good copy stays.
#
# NAME         of the store; with the time it makes the names of the files
# BACKUP_DIR   where the copies lie
# KEEP_DAYS    how long
# FORMATS      of PostgreSQL: custom, sql. Other servers are saved by the command in the arguments,
#              which writes to its standard output
# METRICS_DIR  optional: where the node exporter looks for the time of the last success
set -eu
umask 077
: "${NAME:?}" "${BACKUP_DIR:?}" "${KEEP_DAYS:?}"

if [ -n "${PASSWORD_FILE-}" ]; then
  PGPASSWORD=$(cat "${PASSWORD_FILE}")
  export PGPASSWORD
fi

stamp=$(date -u +%Y-%m-%dT%H%M%SZ)
partial="${BACKUP_DIR}/.partial-${NAME}"
rm -rf "${partial}"
mkdir "${partial}"

# The stamp sorts as time does; all files of one run share it.
cd "${BACKUP_DIR}"
copies="${NAME}-????-??-??T??????Z.*"
newest=$(find . -maxdepth 1 -type f -name "${copies}" | sort | tail -n 1)
newest=${newest#./}
newest=${newest%%.*}
find . -maxdepth 1 -type f -name "${copies}" -mtime +"${KEEP_DAYS}" ! -name "${newest}.*" -print -delete

cd "${partial}"
for format in ${FORMATS-command}; do
  case ${format} in
    custom)
      dump="${NAME}-${stamp}.dump"
      pg_dump --format=custom --file="${dump}"
      pg_restore --list "${dump}" >/dev/null
      ;;
    sql)
      dump="${NAME}-${stamp}.sql.gz"
      pg_dump --format=plain --compress=6 --file="${dump}"
      gzip -t "${dump}"
      ;;
    command)
      dump="${NAME}-${stamp}.copy"
      "$@" >"${dump}"
      test -s "${dump}"
      ;;
    *)
      echo "backup: no such format: ${format}" >&2
      exit 64
      ;;
  esac
  sha256sum "${dump}" >"${dump}.sha256"
  size=$(wc -c <"${dump}")
  echo "backup: wrote ${dump}, ${size} bytes"
done

mv ./* "${BACKUP_DIR}/"
cd "${BACKUP_DIR}"
rmdir "${partial}"

if [ -n "${METRICS_DIR-}" ]; then
  file="${METRICS_DIR}/backup-${NAME}.prom"
  now=$(date +%s)
  printf 'backup_last_success_timestamp_seconds{store="%s"} %s\n' "${NAME}" "${now}" >"${file}.new"
  chmod 0644 "${file}.new"
  mv "${file}.new" "${file}"
fi
