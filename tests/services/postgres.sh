#!/usr/bin/env bash
# A private PostgreSQL on a free loopback port, without systemd.
#   tests/services/postgres.sh up      prints postgresql://postgres@127.0.0.1:PORT/postgres
#   tests/services/postgres.sh down
# Needs Debian's package `postgresql` (or any with initdb and pg_ctl); its data are thrown away.
set -euo pipefail

folder=${AIND_TEST_POSTGRES:-${TMPDIR:-/tmp}/aind-data-transfer-postgres-$(id -u)}
bin=$(pg_config --bindir 2>/dev/null || true)
[ -x "$bin/initdb" ] || bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

# PostgreSQL refuses to run as root.
as_owner() { if [ "$(id -u)" = 0 ]; then setpriv --reuid postgres --regid postgres --clear-groups "$@"; else "$@"; fi; }

down() {
  [ -s "$folder/data/postmaster.pid" ] && as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null || true
  rm -rf "$folder"
}

up() {
  down
  mkdir -p "$folder"
  [ "$(id -u)" = 0 ] && chown postgres:postgres "$folder"
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cd "$folder"
  as_owner "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 >/dev/null
  as_owner "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" start \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$folder' -c max_connections=300 -c fsync=off" >/dev/null
  echo "postgresql://postgres@127.0.0.1:$port/postgres"
}

case "${1:-}" in
  up) up ;;
  down) down ;;
  *) echo "usage: $0 up|down" >&2; exit 2 ;;
esac
