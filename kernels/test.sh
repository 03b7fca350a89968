#!/bin/sh
# Runs "go test" through gotestsum (its version is in go.mod): one line per package, failed tests in full, the reason for each skipped test,
# and a last line that counts the tests. Called by "make test", which sets Go's environment.
#
#	kernels/test.sh ARGUMENTS OF GO TEST
#
# gotestsum calls it a second time, as "test.sh count", with its numbers in the environment. It has none for passed tests: these are counted
# in its file of events. A test with subtests counts as one more, as in "go test -v".
set -u
root=$(cd "$(dirname "$0")/.." && pwd)

if [ "${1-}" = count ]; then
	passed=$(grep '"Action":"pass"' "$GOTESTSUM_JSONFILE_TIMING_EVENTS" | grep -c '"Test":"')
	failed=$TESTS_FAILED
	[ "$failed" -gt 0 ] || failed=$TESTS_ERRORS # go test failed before any test could, for example on an unknown flag
	printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$TESTS_SKIPPED"
	[ $((passed + failed)) -gt 0 ] # running no test is not a success
	exit
fi

go build -C "$root" -o bin/ gotest.tools/gotestsum || exit
events=$(mktemp)
trap 'rm -f "$events"' EXIT
"$root/bin/gotestsum" --format pkgname-and-test-fails --format-hide-empty-pkg --format-icons text \
	--jsonfile-timing-events "$events" --post-run-command "sh '$root/kernels/test.sh' count" -- "$@"
