#!/usr/bin/env bash
# conformance.sh VATER CORPUS: runs the official tests and holds the figures to what is promised:
# at least 99 % of the core and 85 % of the extensions. 77: the corpus is not there.
set -euo pipefail
vater=$1
driver=$2/run_cel.py
if [ ! -f "$driver" ] || ! command -v python3 >/dev/null; then
  echo "skipped: $driver or python3 is not there"
  exit 77
fi
report=$(python3 "$driver" --fail "$vater" cel --batch)
echo "$report"
rate() { echo "$report" | sed -n "s/^cel $1: \([0-9]*\)\/\([0-9]*\).*/\1 \2/p"; }
at_least() {
  local passed all
  read -r passed all < <(rate "$1")
  [ $((passed * 100)) -ge $((all * $2)) ] || { echo "$1: below $2 %"; exit 1; }
}
at_least core 99
at_least extension 85
