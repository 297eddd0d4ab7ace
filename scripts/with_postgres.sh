#!/usr/bin/env bash
# Runs a command with a temporary PostgreSQL cluster, under an unprivileged user, and stops it afterwards.
# The command finds the cluster in JINBU_TEST_PG, as an ordinary user that may make databases and is no superuser; the
# cluster's administrator has made the role jinbu_app, as the manual tells an operator to. JINBU_PG_DURABLE=1 keeps fsync
# on (benchmarks). It speaks Chinese where it can, so that nothing depends on its words. JINBU_PG_ADMIN is the administrator's address, for tests that are about roles.
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ]; then
  found=$(command -v initdb || true)
  [ -n "$found" ] || { echo "PostgreSQL 的 initdb 没有找到，请先运行 scripts/install.sh (initdb not found)"; exit 1; }
  bin=$(dirname "$(readlink -f "$found")")
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/jinbu-pg.XXXXXX")
if [ "$(id -u)" = 0 ]; then
  id -u postgres >/dev/null 2>&1 || useradd --system --no-create-home jinbu-pg
  user=$(id -u postgres >/dev/null 2>&1 && echo postgres || echo jinbu-pg)
  chown "$user" "$dir"
  as() { setpriv --reuid="$user" --regid="$(id -gn "$user")" --clear-groups "$@"; }
else
  as() { "$@"; }
fi
port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])' 2>/dev/null || node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
cd /
as "$bin/initdb" -D "$dir/data" -U jinbu --auth=trust --encoding=UTF8 --locale=C >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log"; exit 1; }
# A log that is never replayed need not be long: the cluster stays small on a small disk.
fast="-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=192MB"
[ "${JINBU_PG_DURABLE:-0}" = 1 ] && fast=""
# LANGUAGE is heeded in every locale but C itself: no locale has to be installed for it.
utf8=$(locale -a 2>/dev/null | grep -iE '^c\.utf-?8$' | head -n 1 || true)
[ -n "$utf8" ] && export LANGUAGE=zh_CN && fast="$fast -c lc_messages=$utf8"
stop() { as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true; rm -rf "$dir"; }
trap stop EXIT INT TERM
as "$bin/pg_ctl" -D "$dir/data" -w -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=300 -c shared_buffers=256MB $fast" -l "$dir/log" start >/dev/null || { cat "$dir/log"; exit 1; }
as "$bin/psql" -qX -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U jinbu -d postgres \
  -c "CREATE ROLE jinbu_app NOLOGIN NOBYPASSRLS" -c "CREATE ROLE jinbu_house LOGIN CREATEDB" -c "GRANT jinbu_app TO jinbu_house" \
  -c "CREATE DATABASE jinbu_house OWNER jinbu_house" >/dev/null
export JINBU_TEST_PG="postgres://jinbu_house@127.0.0.1:$port/jinbu_house"
export JINBU_PG_ADMIN="postgres://jinbu@127.0.0.1:$port/postgres"
cd "${OLDPWD:-/}"
unset LANGUAGE
set +e
"$@"
code=$?
exit $code
