#!/bin/sh
# All that a lab's image has beside its base, as steps that run one by one in a Dockerfile and, without any container, in docker/check.sh.
#
#	docker/install.sh build            the programs and the lessons' build cache
#	docker/install.sh plugin cpu|cuda  XLA's plugin, into .venv beside the sources, each wheel checked by its hash (cuda: 2 GB)
#	docker/install.sh jupyter PREFIX   kernel, settings and nbgitpuller, into the Python environment PREFIX, which has Jupyter
#	docker/install.sh warm PREFIX      runs lesson 00, so that a learner's first cell finds everything built
#
# Nothing is written to the home folder: a hub mounts a learner's own over it. Go's caches are where GOCACHE and GOPATH say.
set -eu
cd "$(dirname "$0")/.."
GOTOOLCHAIN=$(sed -n 's/^toolchain //p' go.mod)
export GOTOOLCHAIN GOEXPERIMENT=simd GOFLAGS="-mod=readonly -buildvcs=false" GOWORK=off
export GOPATH="${GOPATH:?says where modules go}" GOCACHE="${GOCACHE:?says where the build cache goes}"
HOME=$(mktemp -d) # a build runs as root: what Go, pip and Jupyter note at home would be root's in the learner's folder
export HOME
trap 'rm -rf "$HOME"' EXIT

case ${1-} in
build)
	go build -o bin/ github.com/janpfeifer/gonb golang.org/x/tools/cmd/goimports ./internal/tools/notebookgen
	go build -ldflags "-X main.version=${VERSION:-development}" -o bin/ ./cmd/resnetlab
	# What cells import, built with the flags of the cells.
	# shellcheck disable=SC2046 # a list of words
	go build $(bin/notebookgen imports)
	;;
plugin)
	python3 -m venv .venv
	case $(uname -m) in
	x86_64) bin/resnetlab backend install "$2" ;;
	*) echo "no XLA plugin for $(uname -m): the Go backend computes" ;;
	esac
	;;
jupyter)
	bin/resnetlab kernel install --prefix "$2"
	"$2/bin/python3" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r docker/requirements-image.txt
	mkdir -p "$2/etc/jupyter"
	# Not jupyter_server_config.d: of what stands there, the server takes extensions alone.
	[ -e "$2/etc/jupyter/jupyter_server_config.json" ] || cp docker/jupyter.json "$2/etc/jupyter/jupyter_server_config.json"
	cmp docker/jupyter.json "$2/etc/jupyter/jupyter_server_config.json"
	;;
warm)
	work=$(mktemp -d)
	bin/notebookgen handout -to "$work" >/dev/null
	"$2/bin/python3" kernels/run_notebook.py --timeout 3600 --pictures 3 "$work/en/00-quickstart.ipynb"
	rm -rf "$work" .cache
	# Whoever the hub runs the server as: a build adds to its caches. Go removes what was not used for five days, and notes use in a file's date,
	# which only its owner may do: dates far ahead keep what the image brought (cmd/go/internal/cache, Trim and markUsed).
	chmod -R a+rwX "$GOCACHE"
	find "$GOCACHE" -type f -exec touch -d 2100-01-01 {} +
	;;
*)
	sed -n 's/^#	//p' "$0" >&2
	exit 2
	;;
esac
