#!/usr/bin/env bash
# Runs the engine's tests with the real `pulumi`, its state in files: previews, then our program on the test cluster.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v pulumi >/dev/null; then
  echo "skipped: the engine's tests need \`pulumi\` on PATH; see https://www.pulumi.com/docs/install"
  exit 0
fi
export PATH="$PWD/node_modules/.bin:$PATH"
vitest run --config vitest.cluster.config.ts test/engine/previews.test.ts test/engine/environment.test.ts test/engine/plugin.test.ts test/engine/examples.test.ts
exec test/cluster/run.sh npx vitest run --config vitest.cluster.config.ts test/engine/engine.test.ts
