#!/bin/sh
# scaffold.sh BUILD WORK: what a plugin's author does: install, scaffold, build, test, look at it.
set -eu
build=$1
work=$2
rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/prefix" --component plugin-development >/dev/null
cd "$work"
"$build/bin/vater" plugin new check limits
cmake -S limits -B limits/build -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_C_FLAGS=-Werror >/dev/null
cmake --build limits/build >/dev/null
ctest --test-dir limits/build --output-on-failure
"$build/bin/vater" plugin info "$work/limits/build/limits.so" | grep -q '^limits.limit: '
if "$build/bin/vater" plugin new check limits 2>said; then exit 1; fi
grep -q "cannot make the folder 'limits': File exists" said
if "$build/bin/vater" plugin new check Limits 2>said; then exit 1; fi
grep -q "'Limits' is no name of a plugin" said
if "$build/bin/vater" plugin new check consistency 2>said; then exit 1; fi
grep -q "there is a plugin 'consistency' (.*consistency.so); two of one name cannot be loaded" said
