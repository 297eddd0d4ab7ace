#!/usr/bin/env bash
# Figures of this machine: a table on the screen and target/bench/NAME.json each. BENCH_ENROLMENTS sets the size.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
cargo build -q --release -p jinbu
exec node scripts/bench.mjs
