#!/usr/bin/env bash
# Images for the test cluster, which reaches no registry: the gateway's, and those of the servers of
# stacks/environments.ts, built on a base of this machine's own programs.
#
#   images.sh make FOLDER      archives and FOLDER/images.json (references with digests); only what has changed is built
#   images.sh load DIR FOLDER  import all of them into the cluster that `node.sh up DIR` started
#
# Needs Debian's buildah and containerd, and git.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
verb=${1:?make or load}

# references FOLDER: one a line
references() { grep -o '[^"]*@sha256:[0-9a-f]*' "$1/images.json" | sort -u; }
archive_of() { echo "sha256-${1#*@sha256:}.tar"; }

make_images() {
  local folder=$1 base kept
  base=$("$here/base-image.sh")
  rm -f "$folder/images.json"
  # What the stack's Containerfiles add (git) is in the base already.
  (cd "$here/../.." && node --conditions=lockstep-source scripts/image/main.ts \
    --base "$base" --archive "$folder" --containerfiles "$folder/none")
  kept=$(for reference in $(references "$folder"); do archive_of "$reference"; done)
  for file in "$folder"/sha256-*.tar; do
    grep -qxF "$(basename "$file")" <<<"$kept" || rm "$file"
  done
}

# An archive keeps its manifest's digest, and with --digests its image is known by it, as a Pod asks for it.
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
