#!/bin/sh
# tutorial.sh BUILD PAGE WORK: does what the steps of docs/plugins.md say, on its files, and compares
# what the commands print. `packs` is a copy of the rules, `plugins` of the plugin folder.
set -eu
build=$1 page=$2 work=$3
rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$work/prefix" --component plugin-development >/dev/null
cd "$work"
cp -r "$build/share/vater/rules" packs
cp -r "$build/lib/vater/plugins" plugins
CMAKE_PREFIX_PATH=$work/prefix
export CMAKE_PREFIX_PATH
unset CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
mkdir bin
printf '#!/bin/sh\nexec "%s/bin/vater" "$@"\n' "$build" >bin/vater
printf '#!/bin/sh\nexec "%s/bin/vater-fixtures" --with-parent "$@"\n' "$build" >bin/vater-fixtures
chmod +x bin/vater bin/vater-fixtures
PATH=$work/bin:$PATH

# Blocks in order: a file is written when its step is reached.
awk '
  /^```[a-z]* file=/ { name = $2; sub(/^file=/, "", name); file = 1; print "F " name; next }
  /^```console/ { console = 1; next }
  /^```/ { if (file) print "E"; file = console = 0; next }
  file { print "L" $0 }
  console { print "C" $0 }' "$page" >steps
sed -n 's/^C//p' steps >wanted
while IFS= read -r line; do
  text=${line#?}
  case $line in
  F*) name=${text# }; : >"$name" ;;
  L*) printf '%s\n' "$text" >>"$name" ;;
  C'$ '*)
    printf '%s\n' "$text"
    eval "${text#??}" || true
    ;;
  esac
done <steps >told
diff -u wanted told
