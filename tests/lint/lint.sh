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
allowed() {
  case $1 in
  base) echo base ;;
  doc | table | cel | net | jose) echo "$1 base" ;;
  schema) echo "schema doc base" ;;
  plugin) echo "plugin doc table base" ;;
  rules) echo "rules cel schema plugin doc table base" ;;
  judge) echo "judge rules jose cel schema plugin doc table base" ;;
  worker) echo "worker judge rules jose cel schema plugin doc table base" ;;
  store) echo "store table base" ;;
  report) echo "report store rules cel schema plugin doc table base" ;;
  run) echo "run worker net store judge rules jose cel schema plugin doc table base" ;;
  cli) echo "cli run report worker net store judge rules jose cel schema plugin doc table base" ;;
  esac
}

check_arrows() {
  local file room other
  for file in $(find core -name '*.[ch]' -not -path 'core/include/*' | sort); do
    room=${file#core/}
    room=${room%%/*}
    for other in $(sed -n 's|^ *# *include "\([a-z_]*\)/.*|\1|p' "$file" | sort -u); do
      [ "$other" = vater ] && continue
      case " $(allowed "$room") " in
      *" $other "*) ;;
      *) breach "$file: $room may not include $other" ;;
      esac
    done
  done
  for file in $(find plugins -name '*.[ch]' -not -path '*/tests/*' | sort); do
    grep -n '# *include "' "$file" | grep -vE '"(vater/plugin|[a-z_0-9]+)\.h"' |
      while read -r line; do echo "$file:$line: a plugin includes vater/plugin.h and its own"; done |
      grep . && breaches=$((breaches + 1))
  done
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

check_size() {
  local file lines
  for file in $(find core plugins fixtures -name '*.[ch]' | sort); do
    lines=$(wc -l <"$file")
    [ "$lines" -le 500 ] || breach "$file: $lines lines; 500 is the most"
  done
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
