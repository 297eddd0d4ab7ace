#!/usr/bin/env bash
# Builds assets/dist when something it is made from has changed.
set -euo pipefail
cd "$(dirname "$0")/../assets"
stamp=$(cat package-lock.json package.json $(find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -print | sort) | sha256sum | cut -c1-16)
[ -f dist/.stamp ] && [ "$(cat dist/.stamp)" = "$stamp" ] && exit 0
npm ci --silent --no-audit --no-fund
npm run --silent build
echo "$stamp" > dist/.stamp
