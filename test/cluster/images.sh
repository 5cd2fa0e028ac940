#!/usr/bin/env bash
# Makes images for the test cluster, which can't reach a registry: the gateway's, and those of the servers in
# stacks/environments.ts, on a base of this machine's own programs.
#
#   images.sh make FOLDER      write archives, FOLDER/images.json (references with digests) and FOLDER/npm (packages); build only
#                              what has changed
#   images.sh load DIR FOLDER  import all of them into the cluster that `node.sh up DIR` started
#
# Needs Debian's buildah and containerd, and git.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
verb=${1:?make or load}

# references FOLDER: prints one per line
references() { grep -o '[^"]*@sha256:[0-9a-f]*' "$1/images.json" | sort -u; }
archive_of() { echo "sha256-${1#*@sha256:}.tar"; }

make_images() {
  local folder=$1 base kept
  mkdir -p "$folder"
  # One at a time: otherwise this run would remove what another one has just made.
  exec 9>"$folder/lock" && flock 9
  base=$("$here/base-image.sh")
  rm -f "$folder/images.json"
  # The base already has what the stack's Containerfiles add (git).
  (cd "$here/../.." && node --conditions=lockstep-source scripts/image/main.ts \
    --base "$base" --archive "$folder" --containerfiles "$folder/none")
  # For what the cluster installs by itself.
  node "$here/npm-registry.ts" "$folder/npm"
  remove_old "$folder"
}

# remove_old FOLDER: removes archives and buildah's images that nothing in images.json comes from
remove_old() {
  local folder=$1 files contents file image
  files=$(for reference in $(references "$folder"); do archive_of "$reference"; done)
  contents=$(grep -F "$(grep -o 'sha256:[0-9a-f]*' "$folder/images.json")" "$folder/built.json" | cut -d'"' -f2 | cut -c1-12)
  for file in "$folder"/sha256-*.tar; do
    grep -qxF "$(basename "$file")" <<<"$files" || rm "$file"
  done
  for image in $(buildah images --format '{{.Name}}:{{.Tag}}' | grep -E '^localhost/lockstep/(gateway|mcp-)'); do
    grep -qxF "${image##*-}" <<<"$contents" || buildah rmi --force "$image" >/dev/null
  done
}

# An archive keeps its manifest's digest. With --digests, its image is known by that digest, as a Pod asks for it.
load_images() {
  local dir=$1 folder=$2 reference
  for reference in $(references "$folder"); do
    "$here/node.sh" exec "$dir" ctr -a "$dir/containerd.sock" -n k8s.io images import \
      --digests --base-name "${reference%@*}" "$folder/$(archive_of "$reference")" >/dev/null
  done
}

case $verb in
  make) make_images "$(realpath -m "${2:?a folder}")" ;;
  load) load_images "$(realpath "${2:?the folder of the cluster}")" "$(realpath "${3:?a folder}")" ;;
  *) echo "unknown: $verb" >&2; exit 2 ;;
esac
