#!/bin/bash
# Stands in for `apptainer exec [--bind FROM[:TO]]... IMAGE COMMAND...` where there is no Apptainer.
# The folders are bound where nobody else sees them, and the command runs with the environment and
# in the folder it finds. There is no image in it: IMAGE must be a file, and is noted beside itself.
set -euo pipefail
[ "$1" = exec ] && shift
if [ "${CONTAINED:-}" != yes ]; then
  exec env CONTAINED=yes unshare --mount --propagation private "$0" exec "$@"
fi
while [ "$1" = --bind ]; do
  from=${2%%:*} to=${2#*:}
  mount --bind "$from" "$to"
  shift 2
done
[ -f "$1" ] || { echo "FATAL: could not open image $1" >&2; exit 255; }
echo "$@" >>"$1.ran"
shift
unset CONTAINED
exec "$@"
