#!/bin/sh
# symbols.sh FILE…: each plugin exports its entry and nothing else.
status=0
for file in "$@"; do
  symbols=$(nm -D --defined-only "$file" | awk '$2 != "w" && $2 != "V" { print $3 }' | sort | tr '\n' ' ')
  if [ "$symbols" != "vater_plugin_1 " ]; then
    echo "$file exports: $symbols; wanted: vater_plugin_1"
    status=1
  fi
done
exit $status
