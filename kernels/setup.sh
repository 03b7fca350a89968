#!/bin/sh
# Sets up the checkout: checks the machine, makes .venv and bin/, installs the kernel, fills the build cache.
# Called by "make setup", which sets Go's environment. A step whose result exists takes no time.
set -u
cd "$(dirname "$0")/.." || exit 1

steps=9
step=0
log=.cache/setup.log

# run NAME COMMAND...: runs a step. The command's output is shown only if it fails.
run() {
	step=$((step + 1))
	name=$1
	shift
	printf '[%d/%d] %s ... ' $step $steps "$name"
	begin=$(date +%s)
	if "$@" >"$log" 2>&1; then
		printf '%d s\n' $(($(date +%s) - begin))
		return 0
	fi
	return 1
}

# must NAME COMMAND...: runs a step that everything else needs.
must() {
	run "$@" && return
	echo "failed"
	tail -n 15 "$log" | sed 's/^/    /'
	advise
	exit 1
}

# may CONSEQUENCE NAME COMMAND...: runs an optional step; the consequence of its failure is printed.
may() {
	otherwise=$1
	shift
	run "$@" && return
	echo "not done: $(tail -n 1 "$log"); $otherwise"
}

# advise prints what to do, by the most frequent causes.
advise() {
	if grep -qiE 'no space left' "$log"; then
		echo "    To do: free some disk space (2 GB are enough) and run the same command again."
	elif grep -qiE 'permission denied|read-only file system' "$log"; then
		echo "    To do: make this folder, and the folders that 'go env GOCACHE GOMODCACHE' names, writable for $(id -un)."
	elif grep -qiE 'dial tcp|no such host|connection (refused|reset)|network is unreachable|name resolution|timed? ?out|no matching distribution' "$log"; then
		echo "    To do: check the network (this step downloads); behind a mirror set GOPROXY and PIP_INDEX_URL. Then run the same command again."
	else
		echo "    To do: see above, or $log; then run the same command again."
	fi
}

machine() {
	[ -w . ] || { echo "$(pwd): permission denied: it must be writable"; return 1; }
	command -v go >/dev/null || { echo "Go is not installed: install 1.21 or later (Debian: apt install golang-go; macOS: brew install go)"; return 1; }
	have=$(cd / && GOTOOLCHAIN=local go env GOVERSION)
	minor=$(echo "$have" | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
	[ "${minor:-0}" -ge 21 ] || { echo "$have is too old: 1.21 or later can fetch the version that this project needs"; return 1; }
	find_python || return 1
	command -v cc >/dev/null || command -v gcc >/dev/null || echo "no C compiler"
}

# find_python sets $python to a Python that is new enough and can make an environment.
find_python() {
	for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python3.10}; do
		"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || continue
		"$python" -c 'import venv, ensurepip' 2>/dev/null && return
		echo "$("$python" -V) has no venv module: install it (Debian, Ubuntu: apt install python3-venv)"
		return 1
	done
	echo "no Python 3.10 or later: install one, or name it: PYTHON=/path/to/python3.12"
	return 1
}

toolchain() {
	go version
}

# python_environment makes .venv, unless it works and was made from these requirements.
python_environment() {
	if .venv/bin/python -c '' && cmp -s kernels/requirements.txt .venv/requirements.txt; then
		return
	fi
	.venv/bin/python -c '' || "$python" -m venv --clear .venv || return
	# Wheels only: building from source would run code that no hash covers.
	PIP_USER=0 .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
		--only-binary :all: --require-hashes -r kernels/requirements.txt || return
	cp kernels/requirements.txt .venv/requirements.txt # last: it marks .venv as complete
}

go_kernel() {
	go build -o bin/ github.com/janpfeifer/gonb golang.org/x/tools/cmd/goimports
}

command_line() {
	make build
}

# plugin installs XLA for the processor, and oneDNN with it. It fails without XLA only.
plugin() {
	listed=$(bin/resnetlab backend list)
	echo "$listed" | grep -q '^xla:cpu  *yes' && echo "$listed" | grep -qE '^oneDNN  *(yes|no: .*=off)' && return
	bin/resnetlab backend install cpu && tail -n 1 "$log" | grep -q '^xla:cpu  *yes'
}

jupyter_kernel() {
	bin/resnetlab kernel install --prefix .venv
}

dataset() {
	mkdir -p work/data && [ -d work/data/sketch ] || bin/resnetlab data sketch --out work/data/sketch
}

# build_cache compiles what the lessons' cells import, so that the first cell only links.
build_cache() {
	packages=$(go run ./internal/tools/notebookgen imports) || return
	# shellcheck disable=SC2086 # a list of words
	go build $packages
}

mkdir -p .cache work 2>/dev/null || { echo "cannot write in $(pwd): make it writable for $(id -un)"; exit 1; }
must "This machine" machine
grep -q "no C compiler" "$log" && echo "      no C compiler: XLA is left out, the Go backend serves (Debian: apt install gcc)"
must "Go toolchain ${GOTOOLCHAIN:-}" toolchain
must "JupyterLab in .venv" python_environment
must "Go kernel (GoNB)" go_kernel
must "resnetlab command" command_line
may "the Go backend serves" "XLA plugin for the CPU, oneDNN" plugin
grep -m 1 '^oneDNN  *no' "$log" | sed 's/^/      /'
must "Kernel for JupyterLab" jupyter_kernel
must "Drawn data set" dataset
must "Build cache for the lessons" build_cache
