#!/bin/sh
# Writes the current digests of the base images into each Dockerfile: docker/pin.sh (needs docker with buildx, and the network).
# A tag can be moved to another image, a digest cannot. Run it again to use a newer build of the same tag.
set -eu
cd "$(dirname "$0")/.."
for file in docker/*/Dockerfile .binder/Dockerfile; do
	sed -n 's/^FROM \([^ @]*:[^ @]*\).*/\1/p' "$file" | while read -r base; do
		digest=$(docker buildx imagetools inspect "$base" --format '{{.Manifest.Digest}}')
		sed "s|^FROM $base\(@sha256:[0-9a-f]*\)\{0,1\}|FROM $base@$digest|" "$file" >"$file.new"
		mv "$file.new" "$file"
		echo "$file: $base@$digest"
	done
done
