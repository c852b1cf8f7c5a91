#!/usr/bin/env bash
# lint.sh CHECK: one check of the house rules over the sources; prints each breach, exits 1 on any.
set -u
cd "$(dirname "$0")/../.."
breaches=0

sources() { find core plugins fixtures tests -name '*.[ch]' -not -path '*/abi/1.*' | sort; }

breach() {
  echo "$*"
  breaches=$((breaches + 1))
}

# Left may include right and whatever is right of that (docs/architecture.md).
arrows() {
  cat <<'TEXT'
base base
doc doc base
table table base
disclosure disclosure table base
cel cel base
net net base
jose jose base
schema schema doc base
plugin plugin jose doc table base
rules rules cel schema plugin jose disclosure doc table base
judge judge rules jose cel schema plugin disclosure doc table base
worker worker judge rules jose cel schema plugin disclosure doc table base
store store table base
report report store rules cel schema plugin jose disclosure doc table base
run run worker net store judge rules jose cel schema plugin disclosure doc table base
cli cli run report worker net store judge rules jose cel schema plugin disclosure doc table base
TEXT
}

check_arrows() {
  local hits
  hits=$(
    {
      arrows
      grep -rE '^ *# *include "[a-z_]+/' core --include='*.[ch]'
    } | awk '
      !/#/ { for (i = 2; i <= NF; i++) may[$1, $i] = 1; next }
      /^core\/include\// { next }
      {
        split($0, at, ":"); split(at[1], path, "/"); split($0, quoted, "\""); split(quoted[2], to, "/")
        if (to[1] != "vater" && !((path[2], to[1]) in may))
          print at[1] ": " path[2] " may not include " to[1]
      }'
  )
  [ -z "$hits" ] || breach "$hits"
  hits=$(grep -rn '# *include "' plugins --include='*.[ch]' | grep -v '^plugins/[^:]*/tests/' |
    grep -vE '"((vater/plugin|mapping/mapping|[a-z_0-9]+)\.h|[a-z_0-9]+\.def)"')
  [ -z "$hits" ] || breach "a plugin includes vater/plugin.h and its own: $hits"
  owner curl/curl.h core/net
  owner sqlite3.h core/store
  owner pcre2.h core/base
  owner openssl/ core/jose
  owner jwt.h core/jose
  owner seccomp.h core/worker
  owner zlib.h core/store
}

# One foreign library has one owner folder (fixtures and tests have servers of their own).
owner() {
  local hits
  hits=$(grep -rlE "# *include <$1" core plugins | grep -v "^$2/")
  [ -z "$hits" ] || breach "$1 belongs to $2 alone: $hits"
}

check_banned() {
  local words='strcpy|strncpy|strcat|strncat|sprintf|vsprintf|strtok|sscanf|atoi|atol|atof|strtol|strtoul|strtoll|strtoull|strtod|setlocale|localtime|gmtime|ctime|rand|srand|system|popen|alloca|gets'
  local hits
  hits=$(grep -rnE "(^|[^A-Za-z0-9_.>])($words) *\(" core plugins --include='*.[ch]' |
    grep -vE '^core/base/number\.c:.*strtod' | grep -vE ':[0-9]+: *(\*|/\*)')
  [ -z "$hits" ] || breach "$hits"
  hits=$(grep -rnE '(^|[^A-Za-z0-9_])(malloc|calloc|realloc) *\(' core --include='*.[ch]' |
    grep -v '^core/base/' | grep -vE ':[0-9]+: *(\*|/\*)')
  [ -z "$hits" ] || breach "memory comes from an allocator or arena (core/base): $hits"
}

check_layout() {
  local hits
  command -v clang-format >/dev/null || { echo "clang-format is not installed"; exit 1; }
  hits=$(sources | xargs -P 2 -n 20 clang-format --dry-run 2>&1 | grep -oE '^[^ :]+\.[ch]' | sort -u)
  [ -z "$hits" ] || breach "run clang-format -i: $hits"
}

# The ABI is one header whatever its length: a plugin includes nothing else.
check_size() {
  local hits
  hits=$(find core plugins fixtures -name '*.[ch]' -not -path core/include/vater/plugin.h -exec wc -l {} + |
    awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines; 500 is the most" }')
  [ -z "$hits" ] || breach "$hits"
}

# A code that the engine names stands in codes.def.
check_codes() {
  local code
  for code in $(grep -rhoE '"(NET|HTTP|TLS|AUTH|PAY|RULE|PLUG|STORE|OPS)-[A-Z0-9-]+"' core plugins \
    --include='*.[ch]' --include='*.def' | tr -d '"' | sort -u); do
    grep -q "^VT_CODE(\"$code\"," core/base/codes.def ||
      breach "$code is not in core/base/codes.def: $(grep -rl "\"$code\"" core plugins | tr '\n' ' ')"
  done
}

check_words() {
  local hits
  hits=$(grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' core plugins fixtures tests rules docs dev \
    --include='*.[ch]' --include='*.md' --include='*.json' --include='*.sh' |
    grep -v '^tests/lint/lint.sh')
  [ -z "$hits" ] || breach "unfinished: $hits"
  hits=$(grep -rnE "/(work|farm|root|home)/" core plugins fixtures rules docs dev README.md \
    --include='*' -I 2>/dev/null | grep -vE 'https?://')
  [ -z "$hits" ] || breach "machine paths: $hits"
}

"check_${1:?which check}"
if [ "$breaches" -gt 0 ]; then
  echo "$1: $breaches breaches"
  exit 1
fi
