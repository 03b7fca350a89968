#!/bin/sh
# gofmt, go vet, staticcheck, and the builds that no test of this machine would miss: without cgo, and for a browser.
# Called by "make lint", which sets Go's environment. All checks run, and then it fails if one did.
set -u
cd "$(dirname "$0")/.." || exit 1
failed=""

# check NAME COMMAND...: says nothing but its time if all is well.
check() {
	name=$1
	shift
	begin=$(date +%s)
	printf 'lint: %s ... ' "$name"
	if said=$("$@" 2>&1) && [ -z "$said" ]; then
		printf '%d s\n' $(($(date +%s) - begin))
	else
		printf 'failed\n%s\n' "$said"
		failed="$failed, $name"
	fi
}

formatted() {
	git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 gofmt -l
}

# Floors 1 to 4: whatever is no face.
library() {
	GOOS=js GOARCH=wasm GOEXPERIMENT= go build ./resnetlib/... ./datasets/...
}

without_cgo() {
	CGO_ENABLED=0 go build -o /dev/null ./cmd/resnetlab
}

check "gofmt" formatted
check "go vet" go vet ./...
check "staticcheck" go tool staticcheck ./...
check "build without cgo" without_cgo
check "build for a browser (wasm)" library
if [ -n "$failed" ]; then
	echo "lint: failed: ${failed#, }"
	exit 1
fi
