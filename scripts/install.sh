#!/usr/bin/env bash
# What `make run` and `make test` need beyond Rust and Node: installs it with apt when it may, names it otherwise.
# 用法：scripts/install.sh [run|test|lint]   （默认 test：浏览器、字体、PostgreSQL 都要；lint：cargo-deny）
set -euo pipefail
want=${1:-test}
if [ "$want" = lint ]; then
  # Licences, bans and sources need nothing but the lock file: cargo-deny checks them offline, once it is here.
  tools="${JINBU_TOOLS:-$HOME/.cache/jinbu/tools}"
  command -v cargo-deny >/dev/null || [ -x "$tools/bin/cargo-deny" ] || cargo install --quiet --locked --root "$tools" cargo-deny --version 0.20.2
  # It looks at every platform's crates, also at those that building here does not fetch.
  cargo fetch --locked --quiet
  exit 0
fi
missing=()
need() { command -v "$1" >/dev/null 2>&1 || [ -n "${3:-}" ] && [ -e "${3:-/nonexistent}" ] || missing+=("$2"); }
need ld.lld lld /usr/bin/ld.lld
need cc gcc
if [ "$want" = test ]; then
  need chromium chromium
  need chromedriver chromium-driver
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
  fc-list :lang=zh 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk fontconfig)
  need wrk wrk
  need openssl openssl
  need pdftotext poppler-utils
  need curl curl
  python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing+=(python3-venv)
fi
# After the packages: what Python brings, in a venv of its own outside the clone.
finish() { [ "$want" != test ] || "$(dirname "$0")/schemathesis/venv.sh" >/dev/null; }
[ ${#missing[@]} -eq 0 ] && { finish; exit 0; }
echo "还缺这些软件包 (missing packages): ${missing[*]}"
sudo=""
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null && sudo -n true 2>/dev/null && sudo="sudo -n" || { echo "请由管理员安装 (please install as root): apt-get install ${missing[*]}"; exit 1; }
fi
command -v apt-get >/dev/null || { echo "本机没有 apt-get，请用系统自带的方式安装以上软件包 (no apt-get here: install the packages above)"; exit 1; }
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
finish
