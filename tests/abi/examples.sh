#!/bin/sh
# examples.sh PAGE INCLUDE COMPILER VATER FOLDER: takes the examples out of the page and does what it
# says with them. VATER that is not there is left out; the files are built anyway.
set -e
page=$1 compiler=$3 binary=$4 folder=$5
here=$(cd "$(dirname "$0")" && pwd)
VATER_INCLUDE=$2
export VATER_INCLUDE
rm -rf "$folder"
mkdir -p "$folder"
awk -v out="$folder" -f "$here/examples.awk" "$page"
cd "$folder"
cc() { "$compiler" -Werror "$@"; }
vater() { if [ -x "$binary" ]; then "$binary" "$@"; fi; }
. ./run.sh
