#!/usr/bin/env bash
# bench.sh BUILD: the five rules over 100,000 observations: C by hand, ours over columns and with the
# general evaluator alone, JavaScript by hand, and the fastest CEL that npm has.
set -euo pipefail
build=$(readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
rows=$(mktemp "${TMPDIR:-/tmp}/vater-bench-cel-XXXXXX")
trap 'rm -f "$rows"' EXIT
printf '\ncel: five rules over 100,000 observations (wanted: columns 60, general 200)\n'
"$build/bin/bench_cel"
"$build/bin/bench_cel" --dump >"$rows"
if [ ! -d "$build/bench/node_modules/@marcbachmann/cel-js" ]; then
  mkdir -p "$build/bench"
  (cd "$build/bench" && npm install --silent --no-fund --no-audit --no-save @marcbachmann/cel-js >/dev/null) ||
    echo "npm could not install @marcbachmann/cel-js"
fi
node "$here/peer.mjs" "$build/bench" "$rows"
