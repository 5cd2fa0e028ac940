import { parseDeployment } from '@lockstep/model/internal';
import { expect, test } from 'vitest';
import { deployedLaunch } from './serve.ts';

const deployment = parseDeployment({
  deploymentVersion: 1,
  servers: {
    files: { url: 'http://mcp-files:8080/mcp', bridge: true },
    docs: { url: 'https://docs.example.com/mcp' },
  },
});
const launch = (name: string, hasBridgeKey = true) =>
  deployedLaunch(hasBridgeKey)(name, {} as never, {} as never, deployment);

test('a server is where the deployment says, and requests to bridges are signed', async () => {
  expect(await launch('docs', false)).toEqual({ type: 'http', url: 'https://docs.example.com/mcp' });
  expect(await launch('files')).toEqual({
    type: 'http',
    url: 'http://mcp-files:8080/mcp',
    isolation: 'signed',
  });
});

test("the error names a server that can't be reached", async () => {
  await expect(launch('other')).rejects.toThrow(/^_deployment\.json: servers\.other: is missing, but/);
  await expect(launch('files', false)).rejects.toThrow(
    /servers\.files: is reached through a bridge, but there is no bridge\.key; make one with `lockstep keys create`/,
  );
});
