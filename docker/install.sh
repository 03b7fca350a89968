#!/bin/sh
# Builds what a lab's image has in addition to its base. The steps run one by one in a Dockerfile and, without a container, in docker/check.sh.
#
#	docker/install.sh build            the programs and the lessons' build cache
#	docker/install.sh plugin cpu|cuda  XLA's plugin, into .venv beside the sources, each wheel checked by its hash (cpu: with oneDNN; cuda: 2 GB)
#	docker/install.sh jupyter PREFIX   kernel, rooms, settings and nbgitpuller, into the Python environment PREFIX, which has Jupyter
#	docker/install.sh warm PREFIX      runs lesson 00, so that a learner's first cell finds everything built
#
# Nothing is written to the home folder, because a hub mounts the learner's own there. GOCACHE and GOPATH name the folders of Go's caches.
set -eu
cd "$(dirname "$0")/.."
GOTOOLCHAIN=$(sed -n 's/^toolchain //p' go.mod)
export GOTOOLCHAIN GOEXPERIMENT=simd GOFLAGS="-mod=readonly -buildvcs=false" GOWORK=off
export GOPATH="${GOPATH:?says where modules go}" GOCACHE="${GOCACHE:?says where the build cache goes}"
HOME=$(mktemp -d) # a build runs as root: files of Go, pip and Jupyter in the home folder would belong to root
export HOME
trap 'rm -rf "$HOME"' EXIT

case ${1-} in
build)
	go build -o bin/ github.com/janpfeifer/gonb golang.org/x/tools/cmd/goimports ./internal/tools/notebookgen
	go build -ldflags "-X main.version=${VERSION:-development}" -o bin/ ./cmd/resnetlab
	# The packages that cells import, built with the cells' flags.
	# shellcheck disable=SC2046 # a list of words
	go build $(bin/notebookgen imports)
	;;
plugin)
	python3 -m venv .venv
	case $(uname -m) in
	x86_64)
		bin/resnetlab backend install "$2"
		# The installation goes on without oneDNN; an image must not lack it unseen.
		[ "$2" != cpu ] || bin/resnetlab backend list | grep '^oneDNN  *yes'
		;;
	*) echo "no XLA plugin for $(uname -m): the Go backend computes" ;;
	esac
	;;
jupyter)
	bin/resnetlab kernel install --prefix "$2"
	"$2/bin/python3" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r docker/requirements-image.txt
	# In a build cache of its own: the image needs no packages for WebAssembly.
	GOCACHE=$HOME/wasm go run ./internal/tools/roomsite -out "$2/share/jupyter/labextensions/resnetlab-rooms"
	mkdir -p "$2/etc/jupyter"
	# Not jupyter_server_config.d: from there the server reads only which extensions to load.
	[ -e "$2/etc/jupyter/jupyter_server_config.json" ] || cp docker/jupyter.json "$2/etc/jupyter/jupyter_server_config.json"
	cmp docker/jupyter.json "$2/etc/jupyter/jupyter_server_config.json"
	;;
warm)
	work=$(mktemp -d)
	bin/notebookgen handout -to "$work" >/dev/null
	"$2/bin/python3" kernels/run_notebook.py --timeout 3600 --pictures 3 "$work/en/00-quickstart.ipynb"
	rm -rf "$work" .cache
	# The server's user, whoever it is, must be able to add to the caches. Go removes files that were not used for five days. It records a use in
	# the file's date, which only the file's owner may set. A date far in the future keeps the image's files (cmd/go/internal/cache, Trim, markUsed).
	chmod -R a+rwX "$GOCACHE"
	find "$GOCACHE" -type f -exec touch -d 2100-01-01 {} +
	;;
*)
	sed -n 's/^#	//p' "$0" >&2
	exit 2
	;;
esac
