#!/bin/sh
# Runs gofmt, go vet and staticcheck (the version in go.mod), and TypeScript's checker and Biome (in rooms/site/package-lock.json) on the page of
# the rooms. Called by "make lint", which sets Go's environment. All of them run, and then the script fails if one of them did.
set -u
cd "$(dirname "$0")/.." || exit 1
failed=""

# check NAME COMMAND...: runs the command and prints its time, and its output only if it fails.
check() {
	name=$1
	shift
	begin=$(date +%s)
	printf 'lint: %s ... ' "$name"
	if said=$("$@" 2>&1); then
		printf '%d s\n' $(($(date +%s) - begin))
	else
		printf 'failed\n%s\n' "$said"
		failed="$failed, $name"
	fi
}

# formatted runs the toolchain's own gofmt: an older one on PATH may not know the syntax.
formatted() {
	list=$("$(go env GOROOT)/bin/gofmt" -l cmd datasets internal kernels resnetlib rooms) || return
	[ -z "$list" ] || { echo "run gofmt -w on:"; echo "$list"; return 1; }
}

# page checks the rooms' JavaScript: types by their comments, and lint.
page() {
	make --no-print-directory rooms/site/node_modules/.installed || return
	npm --prefix rooms/site run --silent check
}

check "gofmt" formatted
check "go vet" go vet ./...
check "staticcheck" go tool staticcheck ./...
if command -v npm >/dev/null; then
	check "rooms" page
else
	echo "lint: rooms: SKIPPED, no npm on PATH to check JavaScript with"
fi
if [ -n "$failed" ]; then
	echo "lint: failed: ${failed#, }"
	exit 1
fi
