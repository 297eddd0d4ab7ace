#!/usr/bin/env bash
# Browser journeys in headless Chromium against a demo house of their own. Prints `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")"
stamp=$(sha256sum package-lock.json | cut -c1-16)
[ -d node_modules ] && [ "$(cat node_modules/.stamp 2>/dev/null)" = "$stamp" ] || { npm ci --silent --no-audit --no-fund && echo "$stamp" > node_modules/.stamp; }
(cd .. && cargo build -q -p jinbu)
exec node run.mjs "$@"
