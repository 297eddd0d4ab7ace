#!/usr/bin/env bash
# schemathesis against the demo's OpenAPI document with four personas and the public. Prints `N passed, N failed`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); cd "$here/../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
venv=$("$here/venv.sh")
[ -n "${JINBU_BUILT:-}" ] || cargo build -q -p jinbu
dir=$(mktemp -d); server=""
stop() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$dir"; }
trap stop EXIT INT TERM
port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
base="http://127.0.0.1:$port"
"$target/debug/jinbu" demo --small --listen "127.0.0.1:$port" --data "$dir/data" >"$dir/server.log" 2>&1 & server=$!
for _ in $(seq 600); do curl -fsS "$base/healthz" >/dev/null 2>&1 && break; kill -0 "$server" 2>/dev/null || { cat "$dir/server.log"; exit 1; }; sleep 0.2; done
curl -fsS "$base/api/v1/openapi.json" >"$dir/openapi.json"
# It keeps what it found beside where it runs.
cd "$dir"
passed=0; failed=0
for persona in school-clerk jinjiang-officer trainee auditor public; do
  header=(); more=()
  if [ "$persona" != public ]; then
    token=$(curl -fsS -H 'content-type: application/json' -d "{\"persona\":\"$persona\"}" "$base/api/v1/demo-sign-in" | node -pe 'JSON.parse(require("fs").readFileSync(0)).token')
    header=(--header "Authorization: Bearer $token")
    # The demo's clock belongs to everybody: only the public moves it here, at the end.
    more=(--exclude-path /api/v1/acts/move-demo-clock)
  fi
  if "$venv/bin/schemathesis" --config-file "$here/schemathesis.toml" run "$dir/openapi.json" --url "$base" "${header[@]}" "${more[@]}" >"$dir/$persona.log" 2>&1; then
    passed=$((passed + 1)); echo "ok   $persona: $(grep -aE 'generated|tested|passed' "$dir/$persona.log" | tail -1 | tr -s ' ')"
  else
    failed=$((failed + 1)); echo "FAIL $persona"; grep -av '^$' "$dir/$persona.log" | tail -n "${LINES_SHOWN:-150}"
  fi
done
if grep -aE 'panicked|ERROR' "$dir/server.log"; then failed=$((failed + 1)); echo "FAIL the server's log has faults"; fi
[ -z "${KEEP:-}" ] || cp -r "$dir" "$KEEP"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
