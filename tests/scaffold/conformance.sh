#!/bin/sh
# conformance.sh BUILD: `vater plugin check` on our own plugins, and on those that mean harm.
set -eu
vater=$1/bin/vater
said=$1/conformance-said
for name in basic bearer consistency disclosure http indicator_json norway; do
  "$vater" plugin check "$1/lib/vater/plugins/$name.so" >"$said" || { cat "$said"; exit 1; }
  grep -q 'keeps the contract' "$said"
done
hostile=$1/hostile-plugins
expect() { # WORDS FILE [OPTION…]
  words=$1
  shift
  code=0
  "$vater" plugin check "$@" >"$said" || code=$?
  [ "$code" = 1 ] && grep -q -- "$words" "$said" && return
  echo "plugin check $*: exit $code, wanted 1 and: $words"
  cat "$said"
  exit 1
}
expect 'does not keep the contract' "$hostile/broken_no_symbol/broken_no_symbol.so"
expect 'vater_plugin_1' "$hostile/broken_no_symbol/broken_no_symbol.so"
expect 'load() returned' "$hostile/broken_load_fails/broken_load_fails.so"
expect 'it ended the process' "$hostile/broken_constructor_exit/broken_constructor_exit.so"
expect 'it crashed (signal' "$hostile/broken_load_crash/broken_load_crash.so"
expect 'it crashed (signal' "$hostile/hostile/hostile.so" --with '{"act": "abort"}'
expect 'it ended the process (exit status 0)' "$hostile/hostile/hostile.so" --with '{"act": "exit_zero"}'
if [ "${2:-}" = sandbox ]; then
  expect 'a system call that the sandbox denies' "$hostile/hostile/hostile.so" --with '{"act": "open_read"}'
fi
"$vater" plugin check --json "$1/lib/vater/plugins/norway.so" | jq -e '.faults == 0 and (.results | length) > 5' >/dev/null
