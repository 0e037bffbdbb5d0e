#!/bin/sh
set -eu
for file in /run/secrets/*; do
	[ -f "$file" ] || continue
	export "$(basename "$file")=$(cat "$file")"
done
exec "$@"
