#!/bin/sh
# conformance.sh BUILD: `vater plugin check` on our own plugins, and on those that mean harm.
set -eu
vater=$1/bin/vater
said=$1/conformance-said
for plugin in "$1"/lib/vater/plugins/*.so; do
  "$vater" plugin check "$plugin" >"$said" || { cat "$said"; exit 1; }
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
  expect 'a system call that the sandbox denies: openat (' "$hostile/hostile/hostile.so" --with '{"act": "open_read"}'
fi

# One fault at a time, in each callback of each kind; first without any.
faulty=$hostile/faulty/faulty.so
"$vater" plugin check "$faulty" >"$said" || { cat "$said"; exit 1; }
expect 'FAILED  every setting, check and function has a help text' "$hostile/faulty_help/faulty_help.so"
expect 'FAILED  function faulty(dubble) -> int: a signature that rules can use' "$hostile/faulty_signature/faulty_signature.so"
at() { # CALLBACK FAULT WORDS
  expect "$3" "$faulty" --with "{\"at\": \"$1\", \"fault\": \"$2\"}"
}
callbacks='source.open source.first source.next auth.open auth.next auth.prepare auth.identity
  auth.refused auth.answered format.open format.decode format.record format.screen check function'
for callback in $callbacks; do
  at "$callback" mute 'a negative return without a text; wanted: return host->fail'
  at "$callback" odd 'returned 77'
  at "$callback" crash 'it crashed (signal'
  if [ "${2:-}" = sandbox ]; then
    at "$callback" leak 'bytes more each time; wanted: what a callback or open() takes'
    at "$callback" file 'a system call that the sandbox denies'
  fi
  "$vater" plugin check "$faulty" --with "{\"at\": \"$callback\", \"fault\": \"wordy\"}" >"$said" ||
    { cat "$said"; exit 1; } # a failure that says why is none of the contract
done
at source.first fickle 'source.first gave two requests for the same thing'
at source.next fickle 'source.next gave two answers to the same page'
at auth.identity fickle 'auth.identity gave two texts'
at format.decode fickle 'format.decode gave two answers to the same payload'
at format.record fickle 'format.record gave two answers to the same records'
at format.screen fickle 'format.screen gave two answers to the same page'
at check fickle 'the same rows gave two answers'
at function fickle 'the same arguments gave two results'
at auth.next endless 'auth.next goes on asking after 16 answers'
at auth.prepare changed "changed the request's method, URL or body"
at function nonsense 'gave a value that is none (type 99)'
at format.decode hang 'it did not come back within\|of processor time'

"$vater" plugin check --json "$1/lib/vater/plugins/norway.so" | jq -e '.faults == 0 and (.results | length) > 5' >/dev/null

# A file that is not there is no fault of a plugin, and a setting that nothing has is no trial.
code=0
"$vater" plugin check "$1/none.so" >"$said" 2>&1 || code=$?
[ "$code" = 2 ] && grep -q "cannot read '.*none.so': No such file" "$said"
code=0
"$vater" plugin check "$1/lib/vater/plugins/http.so" --with '{"atc": 1}' >"$said" 2>&1 || code=$?
[ "$code" = 64 ] && grep -q "the plugin 'http' has no setting 'atc'" "$said"
code=0
"$vater" plugin list --with '{}' >"$said" 2>&1 || code=$?
[ "$code" = 64 ] && grep -q 'list takes no option --with' "$said"
