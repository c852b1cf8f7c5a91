#!/usr/bin/env bash
# bench.sh BUILD SCRATCH: proofs per second beside `openssl speed`, which signs a bare hash.
set -euo pipefail
build=$1
scratch=$2
row() { printf '%-44s %12s %12s %10s  %s\n' "$@"; }
# Signatures per second by openssl speed: the last but one column of its result.
peer() { openssl speed -seconds 2 "$1" 2>/dev/null | tail -1 | awk '{ print $(NF - 1) }'; }
measure() {
  local algorithm=$1 name=$2 wanted=$3 ours theirs
  shift 3
  openssl "$@" >"$scratch/key.pem" 2>/dev/null
  ours=$("$build/bin/bench_jose" "$algorithm" "$scratch/key.pem")
  theirs=$(peer "$name")
  row "$algorithm proofs/s, peer is openssl speed $name" "$ours" "$theirs" \
    "$(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.2f", a / b }')" "$wanted"
}
measure ES256 ecdsap256 "at least 3333/s" ecparam -genkey -name prime256v1 -noout
measure ES384 ecdsap384 "" ecparam -genkey -name secp384r1 -noout
measure PS256 rsa2048 "" genrsa 2048
measure EdDSA ed25519 "" genpkey -algorithm ed25519
