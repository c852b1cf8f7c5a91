#!/bin/sh
# guard.sh BUILD RULES SANDBOX: `vater rules …` with plugins that crash, hang or open files.
set -eu
vater=$1/bin/vater
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cp -r "$2" "$work/packs"
hostile=$1/hostile-plugins
pack() { # FAULT
  sed "s/FAULT/$1/" >"$work/packs/z-01.json" <<'TEXT'
{
  "pack": "z-01", "version": "1", "title": {"nb": "V", "nn": "V", "en": "T"}, "use": ["common.json"],
  "indicators": [
    {
      "id": "Z-01", "state": "adopted", "objective": null, "bullets": ["4.5"],
      "title": {"nb": "T", "nn": "T", "en": "T"}, "definition": {"nb": "T", "nn": "T", "en": "T"},
      "unit": "count", "frequency": "month", "origin": "actor", "reportedBy": ["trust"],
      "requires": ["value"], "derive": "sum", "breakdowns": {}, "areaRole": "provider",
      "disclosure": {"purpose": "none"}, "direction": "increase", "baseline": [], "targets": [],
      "definitionVersion": 1, "validFrom": "2026-01", "sdg": [3],
      "sample": {
        "schemaVersion": "1.0.0", "reporter": {"orgnr": "983974724"},
        "generatedAt": "2026-10-05T08:00:00Z",
        "observations": [
          {"indicator": "Z-01", "period": "2026-09", "area": "46", "areaRole": "provider",
           "value": 50, "unit": "count", "status": "final"}
        ]
      }
    }
  ],
  "rules": [
    {
      "code": "Z-0101", "appliesTo": ["Z-01"], "scope": "submission", "severity": "info",
      "check": "faulty.all", "with": {"at": "check", "fault": "FAULT"},
      "missing": "skip", "reference": "test",
      "message": {"nb": "M", "nn": "M", "en": "M"}, "remedy": {"nb": "R", "nn": "R", "en": "R"},
      "examples": {"fail": [{}]}
    }
  ]
}
TEXT
}
expect() { # CODE WORDS PLUGIN TOOL…
  wanted=$1 words=$2 plugin=$3
  shift 3
  code=0
  "$vater" rules "$@" --rules "$work/packs" --plugins "$hostile/$plugin" >"$work/said" 2>&1 || code=$?
  [ "$code" = "$wanted" ] && grep -qF -- "$words" "$work/said" && return
  echo "rules $* --plugins $plugin: exit $code, wanted $wanted and: $words"
  cat "$work/said"
  exit 1
}
place="asked by rule Z-0101; at $work/packs/z-01.json:27: Z-0101, example fail 1 on Z-01"
pack none
expect 0 '1 example, 0 not as expected' faulty test Z-0101
expect 0 'Z-0101   info     submission   Z-01' faulty list --indicator Z-01
# files are written by the process that runs no plugin
expect 0 '1 added, 0 changed, 0 retired' faulty lint --update-lock
grep -q '^Z-0101 ' "$work/packs/codes.lock"
expect 0 'codelists/zone.json' faulty new codelist zone
grep -q '"codelist": "zone"' "$work/packs/codelists/zone.json"
# the sanitizers' own handlers end the process before the parent sees a signal
if [ "$3" = sandbox ]; then
  pack crash
  expect 2 "PLUG-CRASH: plugin 'faulty', all: the worker crashed: signal 6 (SIGABRT); $place" faulty test Z-0101
  pack file
  expect 2 "PLUG-DENIED: plugin 'faulty', all: the sandbox stopped the worker at the system call openat" faulty test Z-0101
fi
pack hang
expect 2 "PLUG-TIMEOUT: plugin 'faulty', all: it did not come back within 20 s; $place" faulty test Z-0101
rm "$work/packs/z-01.json"
for tool in lint test list docs coverage; do
  expect 3 'PLUG-LOAD: ' broken_load_crash "$tool"
  grep -q "broken_load_crash.so' \(crashed with signal\|ended the process\)" "$work/said"
done

# A delivery that a check crashes on: which plugin, which rule, and what to do.
pack crash
cat >"$work/z.json" <<'TEXT'
{"schemaVersion": "1.0.0", "reporter": {"orgnr": "983974724"}, "generatedAt": "2026-10-05T08:00:00Z",
 "observations": [{"indicator": "Z-01", "period": "2026-09", "area": "46", "areaRole": "provider",
                   "value": 50, "unit": "count", "status": "final"}]}
TEXT
code=0
"$vater" check --rules "$work/packs" --plugins "$hostile/faulty" "$work/z.json" >"$work/said" 2>&1 || code=$?
[ "$code" = 2 ]
grep -q "PLUG-CRASH: the worker .*, in check 'all' of plugin 'faulty' for rule 'Z-0101'" "$work/said"
grep -q 'take the plugin out of use, or mend it' "$work/said"
