import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);
// The engine's side of the protocol, with the libraries of the SDK itself.
const sdk = createRequire(require.resolve('@pulumi/pulumi'));
const { credentials } = sdk('@grpc/grpc-js');
const { ResourceProviderClient } = sdk('./proto/provider_grpc_pb.js');
const { GetSchemaRequest } = sdk('./proto/provider_pb.js');

const read = (file: string) => JSON.parse(readFileSync(resolve(import.meta.dirname, '..', file), 'utf8'));

it('serves the reviewed schema, as the engine asks for it', async () => {
  const main = resolve(import.meta.dirname, 'main.ts');
  const plugin = spawn(process.execPath, ['--conditions=lockstep-source', main], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = await once(plugin.stdout, 'data');
    const engine = new ResourceProviderClient(
      `127.0.0.1:${String(port).trim()}`,
      credentials.createInsecure(),
    );
    const schema = await new Promise<string>((found, failed) => {
      engine.getSchema(new GetSchemaRequest(), (error: Error | null, response: { getSchema(): string }) =>
        error === null ? found(response.getSchema()) : failed(error),
      );
    });
    engine.close();
    expect(JSON.parse(schema)).toEqual({ ...read('schema.json'), version: read('package.json').version });
  } finally {
    plugin.kill();
  }
});
