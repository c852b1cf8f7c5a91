#!/bin/sh
# Runs the console blocks of docs/rules.md on its file blocks, and compares what they print.
# usage: run_doc.sh VATER RULES DOCUMENT
set -eu
binary=$(realpath "$1") rules=$(realpath "$2") document=$(realpath "$3")
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cp -r "$rules" "$folder/packs"
awk -v folder="$folder" '
  /^```json file=/ { name = folder "/" substr($2, 6); inside = 1; next }
  /^```/ { inside = 0 }
  inside { print > name }' "$document"
cd "$folder"

vater() { "$binary" "$@" 2>&1; }

awk '/^```console/ { inside = 1; next } /^```/ { inside = 0 } inside' "$document" >steps
grep '^\$ ' steps | while IFS= read -r line; do
  printf '%s\n' "$line"
  eval "${line#??}" || true
done >told
diff -u steps told
