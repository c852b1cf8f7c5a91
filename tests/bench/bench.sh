#!/usr/bin/env bash
# bench.sh BUILD [NAME…]: measures beside the peers, in one run, printed as a table. Each section is
# one function; without names all are run.
set -euo pipefail
build=$(readlink -f "$1")
shift
here=$(dirname "$(readlink -f "$0")")
rules=$build/share/vater/rules
scratch=$(mktemp -d "${TMPDIR:-/tmp}/vater-bench-XXXXXX")
server=
cleanup() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
  rm -rf "$scratch"
}
trap cleanup EXIT

row() { printf '%-44s %12s %12s %10s  %s\n' "$@"; }
title() {
  printf '\n%s\n' "$1"
  row "what" "ours" "peer" "ratio" "wanted"
}
divide() { awk -v a="$1" -v b="$2" 'BEGIN { printf (b > 0 ? "%.2f" : "-"), (b > 0 ? a / b : 0) }'; }

# Seconds of the fastest of N runs.
fastest() {
  local n=$1 best=999 took
  shift
  for _ in $(seq "$n"); do
    took=$( { TIMEFORMAT=%R; time "$@" >"$scratch/out" 2>"$scratch/error" || true; } 2>&1 )
    best=$(awk -v a="$took" -v b="$best" 'BEGIN { print a < b ? a : b }')
  done
  echo "$best"
}

ajv() {
  [ -d "$build/bench/node_modules/ajv" ] && return
  mkdir -p "$build/bench"
  (cd "$build/bench" && npm install --silent --no-fund --no-audit --no-save ajv@8.17.1 >/dev/null)
}

# What judging takes, by stage and rule: those of 1 % and more, largest first.
check_shares() {
  "$build/bin/bench_check" "$build" "$scratch/large.json" >"$scratch/stages"
  row "milliseconds in the worker, by stage and rule" "" "" "share" ""
  awk '{ took = $1; $1 = ""; name[NR] = $0; ms[NR] = took; if ($0 == " all") all = took }
    END {
      for (i = 1; i <= NR; i++) {
        if (name[i] == " all") continue
        if (name[i] ~ /^ - /) { part = part sprintf("  %s|%.1f|%.0f %%\n", name[i], ms[i], ms[i] * 100 / all); continue }
        if (ms[i] * 100 >= all) print ms[i] "|" name[i] "|" sprintf("%.0f %%", ms[i] * 100 / all)
        else { rest += ms[i]; count++ }
      }
      print rest "| the other " count "|" sprintf("%.0f %%", rest * 100 / all)
      printf "%s", part >"/dev/stderr"
    }' "$scratch/stages" 2>"$scratch/parts" | sort -rn >"$scratch/sorted"
  local took name share
  while IFS='|' read -r took name share; do
    row " $name" "$(printf '%.1f' "$took")" "" "$share" ""
    [ "$name" != " decode" ] || while IFS='|' read -r name took share; do row " $name" "$took" "" "$share" ""; done <"$scratch/parts"
  done <"$scratch/sorted"
}

# 100,000 observations: bytes to verdict, beside JSON.parse + ajv + the same rules in JavaScript.
bench_check() {
  ajv
  "$build/bin/bench_generate" 100000 >"$scratch/large.json"
  "$build/bin/bench_generate" 100 >"$scratch/small.json"
  local bytes ours peer peak empty
  bytes=$(stat -c %s "$scratch/large.json")
  ours=$(fastest 5 "$build/bin/vater" check --today 2026-11-22 "$scratch/large.json")
  peer=$(fastest 3 node "$here/check/peer.js" "$build/bench" "$rules" "$scratch/large.json" 2026-11-22)
  title "check: 100,000 native observations, $((bytes / 1000000)) MB"
  row "seconds, peer is node + ajv + rules in JS" "$ours" "$peer" "$(divide "$peer" "$ours")" "at least 3"
  row "MB/s" "$(divide "$((bytes / 1000000))" "$ours")" "$(divide "$((bytes / 1000000))" "$peer")" "" "at least 50"
  peak=$("$build/bin/bench_memory" "$build/bin/vater" check --today 2026-11-22 "$scratch/large.json")
  empty=$("$build/bin/bench_memory" "$build/bin/vater" check --today 2026-11-22 "$scratch/small.json")
  row "peak MB (summed PSS, less that of 100 rows)" "$(divide "$((peak - empty))" 1000000)" \
    "$(divide "$bytes" 1000000)" "$(divide "$((peak - empty))" "$bytes")" "at most 2"
  check_shares
}

# From start to verdict on 20 kB, beside a program that does nothing.
bench_start() {
  "$build/bin/bench_generate" 100 >"$scratch/small.json"
  title "start: verdict on $(stat -c %s "$scratch/small.json") bytes"
  local ours peer
  ours=$("$build/bin/bench_repeat" 40 "$build/bin/vater" check --today 2026-11-22 "$scratch/small.json")
  peer=$("$build/bin/bench_repeat" 40 /bin/true)
  row "milliseconds, peer is /bin/true" "$ours" "$peer" "+$(awk -v a="$ours" -v b="$peer" 'BEGIN { printf "%.1f", a - b }')" "+25 at most"
}

start_bulk() {
  echo '{"actors": []}' >"$scratch/table.json"
  "$build/bin/vater-fixtures" --directory "$scratch/bulk" --table "$scratch/table.json" \
    --hosts 200 --jobs 1000 --bytes 20000 >"$scratch/fixtures.log" 2>&1 &
  server=$!
  for _ in $(seq 600); do
    grep -q '^ready' "$scratch/fixtures.log" && return
    sleep 0.1
  done
  cat "$scratch/fixtures.log" >&2
  return 1
}

# 1,000 jobs on 200 TLS hosts, fetch + judge + record, beside a bare loop that only fetches.
bench_run() {
  mkdir -p "$scratch/bulk"
  start_bulk
  local ours peer best=999
  for _ in 1 2 3; do
    rm -f "$scratch/bulk/vater.db"*
    ours=$(fastest 1 "$build/bin/vater" run --quiet --today 2026-11-22 --config "$scratch/bulk/vater.json")
    best=$(awk -v a="$ours" -v b="$best" 'BEGIN { print a < b ? a : b }')
  done
  peer=$(fastest 3 "$build/bin/bench_fetch" "$scratch/bulk/ca.pem" "$scratch/bulk/urls.txt")
  title "run: 1,000 jobs on 200 TLS hosts, 20 kB each"
  row "seconds, peer is a bare libcurl multi loop" "$best" "$peer" "$(divide "$best" "$peer")" "at most 5"
}

# What a sandboxed worker costs.
bench_worker() {
  title "worker: fork, sandbox, judge a small payload, collect"
  "$build/bin/bench_worker" "$build"
}

bench_jose() {
  title "jose: signatures of proofs"
  "$here/jose/bench.sh" "$build" "$scratch"
}

# Loading and compiling all packs, with each stage's share; before it what the process itself takes.
bench_rules() {
  title "rules: $("$build/bin/vater" rules lint | tail -1)"
  local ours peer took stage all
  ours=$("$build/bin/bench_repeat" 40 "$build/bin/vater" rules list --indicator G1-11)
  peer=$("$build/bin/bench_repeat" 40 /bin/true)
  row "milliseconds, vater rules list; peer /bin/true" "$ours" "$peer" "" ""
  row "  of them, vater --version" "$("$build/bin/bench_repeat" 40 "$build/bin/vater" --version)" "" "" ""
  "$build/bin/bench_rules" "$build" >"$scratch/stages"
  all=$(awk '$2 == "all" { print $1 }' "$scratch/stages")
  while read -r took stage; do
    [ "$stage" != all ] || continue
    row "  $stage" "$took" "" "$(awk -v a="$took" -v b="$all" 'BEGIN { printf "%.0f %%", a * 100 / b }')" ""
  done <"$scratch/stages"
  row "milliseconds to load and compile all packs" "$all" "" "" "at most 50"
  row "seconds of rules test --mutate" "$(fastest 3 "$build/bin/vater" rules test --mutate)" "" "" ""
}

bench_doc() {
  title "doc: reading native submissions"
  "$build/bin/bench_generate" 100000 >"$scratch/large.json"
  "$build/bin/bench_doc" "$scratch/large.json"
}

# The screen for person numbers over raw bytes, beside memchr.
bench_screen() {
  "$build/bin/bench_generate" 100000 >"$scratch/large.json"
  local ours peer hits
  read -r ours peer hits < <("$build/bin/bench_screen" "$scratch/large.json")
  title "screen: person numbers in 100,000 native observations"
  row "GB/s, peer is memchr" "$ours" "$peer" "$(divide "$peer" "$ours")" "GB/s order"
}

# Each format on its largest sample repeated to 50 MB: bytes to observations, beside node's parse.
bench_formats() {
  local samples=$here/../../../shared/samples name ours peer rows
  if [ ! -d "$samples" ]; then
    echo "formats: skipped, the samples are not here"
    return
  fi
  title "formats: the largest sample of each, repeated to 50 MB; peer is node's parse alone"
  while read -r name ours peer rows; do
    row "$name, MB/s ($rows observations)" "$ours" "$peer" "$(divide "$ours" "$peer")" "at least 150"
  done < <("$here/formats/formats.sh" "$build" "$samples" "$scratch")
}

bench_cel() { "$here/cel/bench.sh" "$build"; }
bench_schema() {
  ajv
  "$here/schema/bench.sh" "$build"
}

bench_auth() {
  mkdir -p "$scratch/bulk"
  [ -n "$server" ] || start_bulk
  "$here/auth/bench.sh" "$build" "$scratch"
}

sections=("$@")
[ ${#sections[@]} -gt 0 ] || sections=(check start run worker rules doc formats screen cel schema jose auth)
for section in "${sections[@]}"; do
  declare -F "bench_$section" >/dev/null || { echo "bench: there is no section '$section'" >&2; exit 64; }
  "bench_$section"
done
