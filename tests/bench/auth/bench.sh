#!/usr/bin/env bash
# bench.sh BUILD SCRATCH: 1,000 actors behind one DPoP token service beside the same run with a static
# bearer token. SCRATCH/bulk holds the fixture actors, already served: a server in C that takes any
# credentials, so that neither run waits for it. The token service is the one of tests/oidc.
set -euo pipefail
build=$1 scratch=$2
here=$(dirname "$(readlink -f "$0")")
[ -d "$build/oidc/node_modules/oidc-provider" ] || { echo "auth: skipped, no token service; './dev test' installs it"; exit 0; }
world=$scratch/world
mkdir -p "$world"
cat >"$world/scenario.json" <<'JSON'
{"clients": {"a": {"at": "helseid", "dpop": true, "keys": ["es256"]}}, "actors": []}
JSON
node "$build/oidc/world.mjs" "$world" "$world/scenario.json" "" >"$world/log" 2>&1 &
service=$!
trap 'kill "$service" 2>/dev/null || true; wait "$service" 2>/dev/null || true' EXIT
for _ in $(seq 600); do
  grep -q '^ready' "$world/log" && break
  sleep 0.1
done
node "$here/join.mjs" "$scratch/bulk" "$world"

# A run that was refused, or that reached nobody, is no measurement.
seconds() {
  rm -f "$scratch/bulk/vater.db"*
  local took
  took=$( { TIMEFORMAT=%R; time run "$1"; } 2>&1 )
  [ "$(cat "$world/code")" -le 1 ] || { tail -5 "$world/error" >&2; return 1; }
  echo "$took"
}
run() {
  local code=0
  "$build/bin/vater" run --quiet --today 2026-11-22 --config "$scratch/bulk/$1.json" \
    >"$world/out" 2>"$world/error" || code=$?
  echo "$code" >"$world/code"
}
less() { awk -v a="$1" -v b="$2" 'BEGIN { print a < b ? a : b }'; }

dpop=999 bearer=999 runs=5
for _ in $(seq "$runs"); do
  took=$(seconds bearer)
  bearer=$(less "$took" "$bearer")
  took=$(seconds dpop)
  dpop=$(less "$took" "$dpop")
done
kill "$service"
wait "$service" || true
trap - EXIT
ratio=$(awk -v a="$dpop" -v b="$bearer" 'BEGIN { printf "%.2f", a / b }')
printf '\nauth: 1,000 actors behind one DPoP token service (ES256)\n'
printf '%-44s %12s %12s %10s  %s\n' what ours peer ratio wanted
printf '%-44s %12s %12s %10s  %s\n' "seconds, peer is a static bearer token" "$dpop" "$bearer" "$ratio" "at most 1.3"
node -e '
const seen = JSON.parse(require("fs").readFileSync(process.argv[1])).issuers.helseid;
const row = (what, n) => console.log(`${what.padEnd(44)} ${String(n / process.argv[2]).padStart(12)}`);
row("tokens issued a run", seen.issued);
row("token requests a run (a nonce is asked for)", seen.requests.length);' "$world/seen.json" "$runs"
