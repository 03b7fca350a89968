# make lab     JupyterLab on the lessons          make test    everything that must hold
# make help    all targets
#
# Go's environment is set here: the toolchain that go.mod names, SIMD in the Go backend, and neither a workspace nor the user's own flags.
export GOTOOLCHAIN := $(shell sed -n 's/^toolchain //p' go.mod)
export GOEXPERIMENT := simd
export GOFLAGS := -mod=readonly -buildvcs=false
export GOWORK := off
export GO111MODULE :=
# XLA's compiled programs, for the lab and the tests (RESNETLAB_COMPILE_CACHE=off: none). A folder that anybody else can enter is not used.
export RESNETLAB_COMPILE_CACHE ?= $(CURDIR)/.cache/compiled

PYTHON_VENV := .venv/bin/python
GENERATE := go run ./internal/tools/notebookgen
CLASS := .cache/class
VERSION = $(or $(shell git describe --tags --always --dirty 2>/dev/null),development)

.DEFAULT_GOAL := help
.PHONY: lab lab-check setup build lint test test-all golden-all race fuzz soak docker-check notebooks rooms rooms-browser room-pictures course-network class notebooks-browser readme-pictures bench bench-peer requirements dist dist-check licences docs why clean help

lab: setup ## JupyterLab on a copy of the lessons in work/ (PORT=8888, BROWSER=none)
	@$(GENERATE) handout
	@$(PYTHON_VENV) kernels/lab.py work

lab-check: setup ## the same without a browser: copies the lessons and runs lesson 00 through the kernel
	@rm -rf .cache/check && $(GENERATE) handout -to .cache/check
	@$(PYTHON_VENV) kernels/run_notebook.py --pictures 3 .cache/check/en/00-quickstart.ipynb

setup: ## what lab, lab-check and test need: .venv, kernel, plugin, bin/, build cache
	@kernels/setup.sh

build: ## bin/resnetlab only
	go build -ldflags "-X main.version=$(VERSION)" -o bin/ ./cmd/resnetlab

lint: ## gofmt, go vet, staticcheck
	@kernels/lint.sh

test: setup lint ## lint and all tests; the last line counts them
	@kernels/test.sh -timeout 25m ./...

FUZZTIME := 10s
SOAK := 1m
test-all: setup lint golden-all race ## every check, with short times (FUZZTIME=10s SOAK=1m): sweeps, goldens, fuzz, races, soak, kills, builds, lessons in Chromium
	@RESNETLAB_ALL=1 kernels/test.sh -timeout 5h -skip Golden ./...
	@$(MAKE) --no-print-directory fuzz soak notebooks-browser rooms-browser

golden-all: setup ## all ten networks on both backends against PyTorch's numbers (needs RESNETLAB_GOLDEN or RESNETLAB_SHARED)
	@[ -d "$${RESNETLAB_GOLDEN:-$${RESNETLAB_SHARED:-../shared}/golden}" ] || \
		{ echo "golden-all: no vectors; name their folder: RESNETLAB_GOLDEN=DIR make golden-all"; exit 1; }
	@RESNETLAB_ALL=1 kernels/test.sh -timeout 5h -run Golden ./...

# -race also checks pointers. These checks are off in GoMLX's backend only: its packing of matrices moves a pointer past the end of a slice.
RACE := kernels/test.sh -race -gcflags=github.com/gomlx/compute/...=-d=checkptr=0 -timeout 60m -skip Golden
# A training step is many times slower under the detector, so only those of the trainer's tests run that use all its goroutines.
race: ## loader, trainer and predictor under the race detector, on the Go backend (needs a C compiler)
	@CGO_ENABLED=1 $(RACE) ./datasets ./resnetlib/predict ./resnetlib/evaluate
	@CGO_ENABLED=1 $(RACE) -run 'FitSees|FeaturesOnDisk|ResumeToTheByte/go/^features$$' ./resnetlib/train

fuzz: ## every fuzz target, one after the other (FUZZTIME=10s each)
	@kernels/fuzz.sh $(FUZZTIME)

soak: ## trains and predicts while pictures are removed and truncated: memory and open files must not grow (SOAK=1m)
	@go build -o bin/ ./internal/tools/soak && bin/soak -for $(SOAK)

docker-check: ## checks the images without a container engine: lint, build steps in a clean folder, start as a hub does
	@docker/check.sh

LESSONS ?= 0 1
LANGUAGES ?= en zh
notebooks: setup ## writes notebooks/en and zh from notebooks/src, then runs them, and the solved exercises (LESSONS="02 06", LANGUAGES=en)
	@rm -rf $(CLASS) .cache/run && $(GENERATE) build && $(GENERATE) class -out $(CLASS)
	@for language in $(LANGUAGES); do \
		mkdir -p .cache/run/$$language && $(PYTHON_VENV) kernels/run_notebook.py --folder .cache/run/$$language $(LESSONS:%=notebooks/$$language/%*.ipynb) || exit 1; done
	@mkdir -p .cache/run/en && $(PYTHON_VENV) kernels/run_notebook.py --folder .cache/run/en --solved $(LESSONS:%=$(CLASS)/solutions/en/%*.ipynb)

rooms: ## the rooms as a static site in dist/rooms (en, zh): the library in a browser page
	@go run ./internal/tools/roomsite

ROOMS_CHECK = $(PYTHON_VENV) -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r kernels/requirements-browser.txt && \
	$(PYTHON_VENV) kernels/rooms_check.py
rooms-browser: setup lint rooms ## uses every room in Chromium, alone and inside JupyterLab (needs chromium and npm on PATH; QUICK=1: alone, in English)
	@$(ROOMS_CHECK) $(if $(QUICK),--quick,--minutes 10) dist/rooms

room-pictures: setup rooms ## takes the pictures that stand for the rooms where a notebook cannot show them
	@$(ROOMS_CHECK) --pictures resnetlib/notebook/rooms dist/rooms

class: ## a teacher's editions of the lessons, in dist/class: lessons, solutions, clean (code and headings), nbgrader
	@$(GENERATE) class -out dist/class && ls dist/class

course-network: setup ## trains the network in notebooks/network again, from its recorded seed and settings (about 10 minutes; resumes if interrupted)
	@go run ./internal/tools/coursenetwork

notebooks-browser: setup ## clicks through the lessons in Chromium (needs chromium on PATH)
	@$(PYTHON_VENV) -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r kernels/requirements-browser.txt
	@$(PYTHON_VENV) kernels/browser_check.py notebooks

README_RUN := .cache/readme-run
readme-pictures: setup ## draws docs/images again: trains on the drawn pictures, opens the lab in Chromium
	bin/resnetlab train --arch resnet18 --image-size 64 --augment none --lr 3e-4 --epochs 4 --out $(README_RUN) --overwrite
	bin/resnetlab predict work/data/sketch/test/daisy/00003.png --run $(README_RUN) --plot docs/images/prediction-card.png
	@$(PYTHON_VENV) -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r kernels/requirements-browser.txt
	@$(PYTHON_VENV) kernels/browser_check.py --view en/00-quickstart.ipynb curve docs/images/lab.png notebooks

PEER := .cache/peer
bench-peer: ## PyTorch, torchvision, ONNX Runtime and OpenVINO in .cache/peer, for make bench (6 GB; PYTHON=python3.12: 3.11 or later)
	@cmp -s kernels/requirements-peer.txt $(PEER)/requirements.txt || { \
		$${PYTHON:-python3} -m venv --clear $(PEER) && \
		$(PEER)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r kernels/requirements-peer.txt && \
		cp kernels/requirements-peer.txt $(PEER)/requirements.txt; }
	@$(PEER)/bin/ruff check internal/tools/peerbench && $(PEER)/bin/ruff format --check internal/tools/peerbench

BENCH :=
bench: setup ## measures resnetlab beside these; a table, .cache/bench/performance.json, pictures (BENCH="--quick": minutes; BENCH="--help")
	@go build -ldflags "-X main.version=$(VERSION)" -o bin/ ./internal/tools/peerbench && bin/peerbench $(BENCH)

requirements: ## pins the Python requirements, with hashes (needs uv on PATH)
	for f in kernels/requirements kernels/requirements-browser docker/requirements-check kernels/requirements-peer; do \
		case $$f in *-peer) python=3.11 ;; *) python=3.10 ;; esac; \
		{ echo "# Written by \"make requirements\" from $$(basename $$f).in: every version and every hash; do not edit."; \
		uv pip compile --quiet --universal --python-version $$python --generate-hashes --no-header --no-emit-index-url --no-emit-find-links $$f.in; } >$$f.new \
		&& mv $$f.new $$f.txt || exit 1; done

dist: ## a release in dist/release: archives for Linux and macOS, bills of materials, notices, checksums (VERSION=v1.0.0)
	@go run ./internal/tools/dist -version $(VERSION)

dist-check: ## builds the release twice, the second time in another folder with an empty cache; the bytes must be equal
	@go run ./internal/tools/dist -version $(VERSION) -check

docs: ## writes the error messages into docs/troubleshooting.md, and the tables of docs/performance.json into docs/performance.md
	@go run ./internal/tools/docs && go run ./internal/tools/peerbench page

export M
why: ## finds a message in docs/troubleshooting.md: make why M='what was printed'
	@[ -n "$$M" ] || { echo "why: no message; paste what was printed: make why M='error: decoding a.jpg: ...'"; exit 1; }
	@go run ./internal/tools/docs "$$M"

licences: ## the licence of every linked module; fails on one that is unknown or forbids publication under Apache-2.0
	@go run ./internal/tools/dist -licences

clean: ## removes what was built; keeps work/ and runs/, which are yours
	rm -rf bin .venv .cache dist

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | awk -F '\t' '{printf "  make %-18s %s\n", $$1, $$2}'
