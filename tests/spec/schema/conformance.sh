#!/bin/sh
# conformance.sh SUITE VATER: the official JSON Schema 2020-12 test suite, where it is at hand, against
# `vater schema --batch`. Wanted: required 100 %, optional and format at least 95 % each.
set -eu
suite=$1
vater=$2
if [ ! -f "$suite/run_schema.py" ]; then
  echo "skipped: no test suite at $suite"
  exit 77
fi
python3 "$suite/run_schema.py" --fail -- "$vater" schema --batch | awk '
  /^FAIL/ { shown = 2 }
  shown-- > 0 { print }
  /^schema (required|optional|format): / {
    print
    split($3, score, "/")
    rate[$2] = score[1] / score[2]
  }
  END {
    if (rate["required:"] < 1 || rate["optional:"] < 0.95 || rate["format:"] < 0.95) exit 1
  }'
