#!/bin/sh
# world_test.sh FOLDER: tests of the world itself; 77 where Node.js or oidc-provider is not there.
command -v node >/dev/null && [ -d "$1/node_modules/oidc-provider" ] ||
  { echo "skipped: no token service; './dev test' installs it"; exit 77; }
exec node --test "$1/world.test.mjs"
