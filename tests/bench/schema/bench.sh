#!/usr/bin/env bash
# bench.sh BUILD: bytes to structural verdict, beside node + ajv on the same files, whole processes.
set -euo pipefail
build=$1
here=$(dirname "$(readlink -f "$0")")
schema=$build/share/vater/rules/schemas/submission.schema.json
scratch=$(mktemp -d "${TMPDIR:-/tmp}/vater-bench-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

fastest() {
  local n=$1 best=999 took
  shift
  for _ in $(seq "$n"); do
    took=$( { TIMEFORMAT=%R; time "$@" >"$scratch/out" 2>"$scratch/error"; } 2>&1 )
    best=$(awk -v a="$took" -v b="$best" 'BEGIN { print a < b ? a : b }')
  done
  grep -q '^valid$' "$scratch/out" || { echo "bench schema: not valid: $*" >&2; exit 1; }
  echo "$best"
}

row() { printf '%-44s %12s %12s %10s  %s\n' "$@"; }
divide() { awk -v a="$1" -v b="$2" 'BEGIN { printf (b > 0 ? "%.2f" : "-"), (b > 0 ? a / b : 0) }'; }

printf '\nschema: native observations to structural verdict\n'
row "what" "ours" "peer" "ratio" "wanted"
"$build/bin/bench_generate" 100 >"$scratch/small.json"
empty=$("$build/bin/bench_memory" "$build/bin/bench_schema" "$schema" "$scratch/small.json")
for count in 10000 1000000; do
  "$build/bin/bench_generate" "$count" >"$scratch/rows.json"
  bytes=$(stat -c %s "$scratch/rows.json")
  ours=$(fastest 5 "$build/bin/bench_schema" "$schema" "$scratch/rows.json")
  peer=$(fastest 3 node --max-old-space-size=8192 "$here/peer.js" "$build/bench" "$schema" \
    "$scratch/rows.json")
  row "$count rows, $((bytes / 1000)) kB: seconds" "$ours" "$peer" "$(divide "$peer" "$ours")" \
    "at least 5"
  peak=$("$build/bin/bench_memory" "$build/bin/bench_schema" "$schema" "$scratch/rows.json")
  row "  peak bytes above those of 100 rows" "$((peak - empty))" "$bytes" \
    "$(divide "$((peak - empty))" "$bytes")" "at most 1.5"
done
sed -n 's/,$//; s/]}$//; /^{"indicator"/p' "$scratch/rows.json" >"$scratch/rows.ndjson"
peak=$("$build/bin/bench_memory" "$build/bin/vater" schema check --ndjson \
  --entry '#/$defs/observation' "$schema" "$scratch/rows.ndjson")
row "1000000 lines of NDJSON: peak bytes" "$peak" "$(stat -c %s "$scratch/rows.ndjson")" "" \
  "at most 33554432"
"$build/bin/bench_generate" 100000 >"$scratch/rows.json"
read -r alone both added < <("$build/bin/bench_schema" "$schema" "$scratch/rows.json" 15)
row "100000 rows, MB/s: reading" "$alone" "" "" ""
row "  reading and validating" "$both" "" "" ""
row "  what validating adds" "$added" "" "" "400"
