#!/bin/sh
# {{ header | line }}
#
# Gives the program its secrets: each file below {{ secrets | line }} becomes a variable of its name. What
# is set already wins, and so does NAME_FILE: then the program reads the file itself.
set -eu

for file in {{ secrets }}/*; do
  name=${file##*/}
  case ${name} in
    [!A-Z_]* | *[!A-Z0-9_]*) continue ;;
    *) ;;
  esac
  if [ ! -f "${file}" ]; then
    continue
  fi
  given=
  eval "given=\${${name}+set}\${${name}_FILE+set}"
  if [ -z "${given}" ]; then
    value=$(cat "${file}")
    export "${name}=${value}"
  fi
done

if [ "$#" -eq 0 ]; then
  echo "docker-entrypoint.sh: there is no command to run" >&2
  exit 64
fi
exec "$@"
