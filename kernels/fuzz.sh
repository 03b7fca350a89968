#!/bin/sh
# Fuzzes every FuzzXxx of the module, one after the other: kernels/fuzz.sh TIME (of each: 30s, 10m). Called by "make fuzz", which sets Go's
# environment. All run, and then the script fails if one of them did. Go writes the failing input to the package's testdata/fuzz.
set -u
cd "$(dirname "$0")/.." || exit 1
time=$1
targets=$(git grep --untracked -o '^func Fuzz[A-Za-z0-9_]*' -- '*_test.go' | sed 's|^\(.*\)/[^/]*:func \(.*\)|\1 \2|')
[ -n "$targets" ] || { echo "fuzz: no FuzzXxx found"; exit 1; }
failed=""
count=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
while read -r package name; do
	printf '%s %s ... ' "$package" "$name"
	if go test -run '^$' -fuzzminimizetime 1s -fuzz "^$name\$" -fuzztime "$time" "./$package" >"$log" 2>&1; then
		did=$(sed -n 's/^fuzz: elapsed: \([^,]*\), \(execs: [0-9]*\).*/\2 in \1/p' "$log" | tail -n 1)
		echo "${did:-the seeds alone, in so short a time}"
	else
		echo "failed"
		cat "$log"
		failed="$failed $package.$name"
	fi
	count=$((count + 1))
done <<LIST
$targets
LIST
echo "fuzz: $count targets, $time each${failed:+; failed:$failed}"
[ -z "$failed" ]
