#!/usr/bin/env bash
# Runs a command, by default the cluster's tests, inside the network of a real one-node Kubernetes. It starts the
# cluster and removes it afterwards. The first run takes minutes, for the binaries; see node.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=test/cluster

missing=()
for program in go kubectl openssl etcd containerd runc buildah git iptables ip nsenter; do
  command -v "$program" >/dev/null || missing+=("$program")
done
[ -x /usr/lib/cni/bridge ] || missing+=(containernetworking-plugins)
[ "$(id -u)" = 0 ] || missing+=(root)
if [ "${#missing[@]}" -gt 0 ]; then
  echo "skipped: the cluster's tests need ${missing[*]}; see the head of $here/node.sh"
  exit 0
fi

export CLUSTER_BIN=${CLUSTER_BIN:-$HOME/.cache/lockstep-cluster/bin}
export CLUSTER_IMAGES=${CLUSTER_IMAGES:-$HOME/.cache/lockstep-cluster/images}
export PATH="$PWD/node_modules/.bin:$PATH"
$here/node.sh build
mkdir -p "$CLUSTER_IMAGES"
$here/images.sh make "$CLUSTER_IMAGES"
dir=$(mktemp -d)
trap '$here/node.sh down "$dir" || true' EXIT
$here/node.sh up "$dir"
$here/images.sh load "$dir" "$CLUSTER_IMAGES"
$here/crds.sh | while read -r file; do echo "-f=$file"; done |
  xargs $here/node.sh exec "$dir" kubectl apply --server-side >/dev/null
export CLUSTER_DIR=$dir
if [ "$#" = 0 ]; then set -- npx vitest run --config vitest.cluster.config.ts test/cluster/; fi
$here/node.sh exec "$dir" "$@"
