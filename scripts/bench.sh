#!/usr/bin/env bash
# Figures of this machine: a table on the screen and target/bench/NAME.json each. BENCH_ENROLMENTS sets the size,
# BENCH_ONLY=pages|acts|verify one part. PostgreSQL runs in a temporary cluster with its defaults (fsync on).
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
cargo build -q --release -p jinbu -p house --bins --examples
JINBU_PG_DURABLE=1 scripts/with_postgres.sh node scripts/bench/main.mjs
