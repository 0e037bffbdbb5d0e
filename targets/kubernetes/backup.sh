# Removes what is too old, but never the newest dumps, so that a full volume frees itself; then dumps
# one database and reads the dump back. However often runs fail, the last good dumps stay.
set -eu
umask 077

PGPASSWORD=$(cat "$PASSWORD_FILE")
export PGPASSWORD

stamp=$(date -u +%Y-%m-%dT%H%M%SZ)
partial="$BACKUP_DIR/.partial"
rm -rf "$partial"
mkdir "$partial"

# The stamp in the names sorts as time does; all formats of one run share it.
newest=$(find "$BACKUP_DIR" -maxdepth 1 -type f -name "$PGDATABASE-*" | sort | tail -n 1)
newest=${newest%.gz}
newest=${newest%.*}
find "$BACKUP_DIR" -maxdepth 1 -type f -name "$PGDATABASE-*" -mtime +"$KEEP_DAYS" \
	! -path "$newest.*" -print -delete

for format in $FORMATS; do
	case $format in
	custom)
		dump="$partial/$PGDATABASE-$stamp.dump"
		pg_dump --format=custom --file="$dump"
		pg_restore --list "$dump" >/dev/null
		;;
	sql)
		dump="$partial/$PGDATABASE-$stamp.sql.gz"
		pg_dump --format=plain --compress=6 --file="$dump"
		gzip -t "$dump"
		;;
	*)
		echo "backup: no such format: $format" >&2
		exit 64
		;;
	esac
	echo "backup: wrote $(basename "$dump"), $(wc -c <"$dump") bytes"
done

mv "$partial"/* "$BACKUP_DIR/"
rmdir "$partial"
