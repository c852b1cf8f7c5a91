#!/usr/bin/env bash
# tree.sh BUILD SAMPLES SCRATCH: the formats that walk a tree, each on its largest sample repeated to
# 50 MB, node's parse of the same file beside. Prints "NAME OURS PEER ROWS" a line.
set -euo pipefail
build=$1 samples=$2 scratch=$3

# "BEFORE FILE BETWEEN FILE … AFTER", FILE as often as makes 50 MB; %d in BEFORE_EACH is its number.
repeat() {
  local file=$1 before=$2 before_each=$3 after_each=$4 after=$5 size count i
  size=$(stat -c %s "$file")
  count=$((50000000 / size))
  printf '%s' "$before"
  for ((i = 0; i < count; i++)); do
    [ "$i" -eq 0 ] || printf ','
    # shellcheck disable=SC2059
    printf "$before_each" "$i"
    cat "$file"
    printf '%s' "$after_each"
  done
  printf '%s' "$after"
}

measure() {
  local name=$1 mapping=$2 file=$3 ours rows peer
  printf '%s' "$mapping" >"$scratch/mapping.json"
  read -r ours rows < <("$build/bin/bench_format" "$build/lib/vater/plugins" \
    "$build/share/vater/rules/schemas" "$name" "$scratch/mapping.json" "$file")
  peer=$(node -e '
    const text = require("fs").readFileSync(process.argv[1], "utf8");
    let best = Infinity;
    for (let i = 0; i < 3; i++) {
      const start = process.hrtime.bigint();
      JSON.parse(text);
      best = Math.min(best, Number(process.hrtime.bigint() - start));
    }
    console.log(Math.round(Buffer.byteLength(text) / 1e6 / (best / 1e9)));' "$file")
  echo "$name $ours $peer $rows"
}

repeat "$samples/fhir/MeasureReport-measurereport-cms146-cat3-example.json" \
  '{"resourceType":"Bundle","type":"collection","entry":[' '{"resource":' '}' ']}' >"$scratch/fhir.json"
measure fhir '{"format": "fhir", "area": {"fixed": "NO"},
  "measures": {"Measure/CMS146": {"indicator": "G1-10", "unit": "percent"}},
  "breakdown": {"sex": "stratifier-gender", "age": "stratifier-ages-up-to-9"},
  "ignoredStratifiers": ["stratifier-ages-10-plus"]}' "$scratch/fhir.json"

jq -c .dataset "$samples/jsonstat/ssb-29843.json" >"$scratch/dataset.json"
repeat "$scratch/dataset.json" '{' '"set%d":' '' '}' >"$scratch/jsonstat.json"
measure jsonstat '{"format": "jsonstat", "area": {"fixed": "NO"}, "status": {"fixed": "final"},
  "measures": {"PeriodeRa": {"indicator": "G1-11", "as": "value", "unit": "percent"}},
  "breakdown": {"age": "PKoder"}}' "$scratch/jsonstat.json"
