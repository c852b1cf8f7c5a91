# Takes the examples out of docs/plugins.md: a block behind "<!-- file: NAME -->" becomes NAME in the
# folder `out`, blocks behind "<!-- run -->" become `out`/run.sh.
/^<!-- file: .* -->$/ { target = out "/" $3; wanted = 1; next }
/^<!-- run -->$/ { target = out "/run.sh"; wanted = 1; next }
/^```/ && wanted && !inside { inside = 1; next }
/^```/ && inside { inside = 0; wanted = 0; next }
inside { print > target }
