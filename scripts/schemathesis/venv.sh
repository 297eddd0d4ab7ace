#!/usr/bin/env bash
# The venv with schemathesis, made when its requirements have changed; outside the clone, so that a fresh clone finds
# it again. Prints its folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
stamp=$(sha256sum "$here/requirements.txt" | cut -c1-12)
venv="${XDG_CACHE_HOME:-$HOME/.cache}/jinbu/schemathesis-$stamp"
if [ ! -e "$venv/.ready" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" >&2
  touch "$venv/.ready"
fi
echo "$venv"
