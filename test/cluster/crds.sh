#!/usr/bin/env bash
# Prints the files of the custom resource definitions that our manifests use, from their projects' Go modules. The API
# server accepts no object of a kind that it doesn't know. For tests only.
set -euo pipefail

# module VERSION FOLDER FILE...
module() {
  local dir folder=$3
  dir=$(cd / && go mod download -json "$1@$2" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  shift 3
  for file in "$@"; do echo "$dir/$folder/$file.yaml"; done
}

module sigs.k8s.io/gateway-api v1.4.0 config/crd/standard \
  gateway.networking.k8s.io_httproutes gateway.networking.k8s.io_gateways
module github.com/prometheus-operator/prometheus-operator v0.85.0 example/prometheus-operator-crd \
  monitoring.coreos.com_podmonitors monitoring.coreos.com_servicemonitors monitoring.coreos.com_prometheusrules
module github.com/hashicorp/vault-secrets-operator v0.10.0 config/crd/bases \
  secrets.hashicorp.com_vaultconnections secrets.hashicorp.com_vaultauths secrets.hashicorp.com_vaultstaticsecrets
module github.com/cilium/cilium v1.18.2 pkg/k8s/apis/cilium.io/client/crds/v2 ciliumnetworkpolicies
