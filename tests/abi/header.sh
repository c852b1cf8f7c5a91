#!/bin/sh
# header.sh INCLUDE_FOLDER: the ABI's header is clean in C11 and C++, gcc and clang, on its own.
status=0
check() {
  command -v "$1" >/dev/null || { echo "$1 is not installed; skipped"; return; }
  echo '#include <vater/plugin.h>' | "$@" -I"$folder" -Werror -fsyntax-only - || {
    echo "failed: $*"
    status=1
  }
}
folder=$1
check gcc -x c -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes
check g++ -x c++ -std=c++11 -Wall -Wextra -Wpedantic
check clang -x c -std=c11 -Weverything -Wno-padded
check clang++ -x c++ -std=c++11 -Weverything -Wno-padded -Wno-c++98-compat -Wno-c++98-compat-pedantic
exit $status
