#!/usr/bin/env bash
# formats.sh BUILD SAMPLES SCRATCH: each decoder on its largest sample repeated to 50 MB, as a worker
# reads it, node's parse of the same bytes beside. Prints "NAME OURS PEER ROWS" a line.
set -euo pipefail
build=$1 samples=$2 scratch=$3
here=$(dirname "$(readlink -f "$0")")

# measure NAME FORMAT MEDIA_TYPE PAGE…
measure() {
  local name=$1 format=$2 media_type=$3 ours rows
  shift 3
  read -r ours rows < <("$build/bin/bench_format" "$build" "$format" "$scratch/$format.settings" "$media_type" "$@")
  echo "$name $ours $(node "$here/peer.mjs" "$@") $rows"
}

node "$here/repeat.mjs" "$samples" "$scratch"
measure fhir fhir application/fhir+json "$scratch/fhir.json"
measure jsonstat jsonstat application/json "$scratch/jsonstat-1.json" "$scratch/jsonstat-2.json"
measure csv csv text/csv "$scratch/csv.csv"
measure dhis2-csv dhis2 text/csv "$scratch/dhis2.csv"
measure dhis2-json dhis2 application/json "$scratch/dhis2.json"
