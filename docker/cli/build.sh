#!/bin/sh
# Builds the root file system of the command line's image: docker/cli/build.sh FOLDER
set -eu
out=${1:?names the folder to fill}
case $out in /*) ;; *) out=$PWD/$out ;; esac # relative to the caller's folder
cd "$(dirname "$0")/../.."
GOTOOLCHAIN=$(sed -n 's/^toolchain //p' go.mod)
export GOTOOLCHAIN GOEXPERIMENT=simd GOFLAGS="-mod=readonly -buildvcs=false" GOWORK=off
mkdir -p "$out/tmp" "$out/etc/ssl/certs"
chmod 1777 "$out/tmp"
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -buildid= -X main.version=${VERSION:-development}" -o "$out/resnetlab" ./cmd/resnetlab
go run ./internal/tools/dist -notices -only "linux-$(go env GOARCH)" >"$out/THIRD_PARTY_NOTICES.txt"
cp LICENSE "$out/"
cp /etc/ssl/certs/ca-certificates.crt "$out/etc/ssl/certs/" # to download weights
