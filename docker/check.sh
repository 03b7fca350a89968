#!/bin/sh
# Checks the images without a container engine: docker/check.sh [FOLDER]
#
# It lints the Dockerfiles, scripts and manifests, runs the Dockerfiles' own build steps in a clean folder, and starts the result with an
# empty home, as JupyterHub starts a single-user server. What needs an engine is left out and listed at the end.
set -eu
dir=${1:-$(mktemp -d)}
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac # relative to the caller's folder: steps run in other folders
case $dir in *[[:space:]]*) echo "check.sh: $dir: name a folder without spaces, the build steps stand no others" >&2 && exit 2 ;; esac
cd "$(dirname "$0")/.."
mkdir -p "$dir/home"
[ -n "${1-}" ] || trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
say() { printf '\n== %s\n' "$*"; }

say "a Python environment in place of the base image's"
conda=$dir/conda
[ -x "$conda/bin/jupyterhub-singleuser" ] || {
	python3 -m venv "$conda"
	"$conda/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r docker/requirements-check.txt
}

say "lint: Dockerfiles, scripts, manifests"
# Ignored: DL3008 (Debian removes a package version when it publishes the next one), and rules of style (one RUN for all steps).
"$conda/bin/hadolint" --no-color --failure-threshold warning --ignore DL3008 --ignore DL3059 --ignore DL3066 docker/*/Dockerfile
"$conda/bin/shellcheck" docker/*.sh docker/cli/*.sh docker/slurm/*.sbatch
for manifest in docker/kubernetes/*.yaml; do
	"$conda/bin/kubernetes-validate" --strict "$manifest"
done
"$conda/bin/python3" docker/check_yaml.py

say "sources in a clean folder"
image=$dir/opt/resnetlab
rm -rf "$image" && mkdir -p "$image"
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from - | tar --extract --directory "$image"

# steps FILE: prints the build steps of a Dockerfile, one per line.
steps() { sed -n 's/^RUN \(docker\/.*\)/\1/p' "$1"; }

# build FILE: runs them.
build() {
	steps "$1" | while read -r step; do
		say "$1: $step"
		(cd "$image" && CONDA_DIR=$conda HOME=$dir/home GOPATH=$dir/go GOCACHE=$dir/go/cache PIP_NO_CACHE_DIR=1 \
			sh -ec "$(echo "$step" | sed "s|/out|$dir/out|")")
	done
}
build docker/cli/Dockerfile
"$dir/out/resnetlab" version
rm -rf "${dir:?}/home" && mkdir "$dir/home" # the home folder of the build stage is not in the command's image
build docker/cpu/Dockerfile
[ -z "$(ls -A "$dir/home")" ] || { echo "the build left something in the home folder:"; find "$dir/home"; exit 1; }
old=$(find "$dir/go/cache" -type f ! -newermt 2099-01-01 | wc -l)
[ "$old" -eq 0 ] || { echo "$old files of the build cache would be removed five days after the build"; exit 1; }

say "as JupyterHub starts it, with nothing to be downloaded"
learner=$dir/learner # a hub mounts an empty home over the one that the build had
rm -rf "$learner" && mkdir "$learner"
HOME=$learner GOPATH=$dir/go GOCACHE=$dir/go/cache GOPROXY=off PATH="$conda/bin:$PATH" "$conda/bin/python3" docker/check_singleuser.py

say "not run here: the base images were not pulled, so apt-get, COPY --from, hand-out.sh under the base's start script, its health check;"
say "the CUDA image's plugin (2 GB) and nvidia's runtime; nbgitpuller and nbgrader's exchange on a hub"
say "ok"
