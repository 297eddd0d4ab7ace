#!/usr/bin/env bash
# The whole suite: SQLite, then PostgreSQL, then schemathesis on the API, then browser journeys. Its last line is the sum of all runners.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp); trap 'rm -f "$log"' EXIT
bad=0
lane() { echo "── $1"; shift; "$@" 2>&1 | tee -a "$log"; [ "${PIPESTATUS[0]}" = 0 ] || bad=1; }
lane "SQLite" env JINBU_TEST_DB=sqlite scripts/suites.py
# What knows no database is the same on both.
lane "PostgreSQL" env JINBU_TEST_DB=postgres scripts/with_postgres.sh scripts/suites.py --without foundation reckoning journal ui
lane "接口 (schemathesis)" scripts/schemathesis/run.sh
if [ -x e2e/run.sh ]; then lane "浏览器" e2e/run.sh; fi
passed=$(grep -aoE '[0-9]+ passed' "$log" | awk '{n+=$1} END {print n+0}')
failed=$(grep -aoE '[0-9]+ failed' "$log" | awk '{n+=$1} END {print n+0}')
if [ $bad = 1 ] && [ "$failed" = 0 ]; then failed=1; fi
echo "$passed passed, $failed failed"
[ $bad = 0 ]
