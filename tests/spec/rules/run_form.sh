#!/bin/sh
# A pack of a form that the packs of this project do not know: it lints clean, its examples hold,
# and no small change of its rules goes unnoticed.
# usage: run_form.sh VATER PACKS
set -eu
binary=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cp -r "$2"/. "$folder"
cd "$folder"
"$binary" rules lint --rules . | tee told
grep -q ': 0 errors, 0 warnings$' told
"$binary" rules test --mutate --rules . | tee told
grep -Eq '^[0-9]+ examples? of rules, [0-9]+ samples? of indicators, 0 not as expected; [0-9]+ mutants, 0 unnoticed$' told
[ "$("$binary" rules list --rules . | wc -l)" -ge 10 ]
