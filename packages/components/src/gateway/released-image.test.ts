import { afterAll, beforeAll, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { McpEnvironment } from '../environment/mcp-environment.ts';
import {
  argsOf,
  clusterAndVault,
  environmentOf,
  imageNamed,
  serverInputs,
} from '../environment/world.fixture.ts';
import { gatewayObject } from '../kubernetes/names.ts';
import { record } from '../recording.fixture.ts';
import type { ReleasedManifest } from './released-image.ts';

// As a release writes it before it packs; where it is absent, see the tests of McpGateway and McpEnvironment.
const own = manifest as ReleasedManifest;
const released = `ghcr.io/example/gateway@sha256:${'c'.repeat(64)}`;
beforeAll(() => {
  own.lockstep = { gatewayImage: released };
});
afterAll(() => {
  delete own.lockstep;
});

/** The image of the gateway's pod in an environment that is given these images. */
async function imageIn(images: Record<string, string>): Promise<unknown> {
  const environment = environmentOf({ github: serverInputs.github });
  const all = await record(() => {
    new McpEnvironment('prod', argsOf(environment, { images }), { providers: clusterAndVault() });
  });
  const gateway = all.find(
    ({ type, inputs }) => type.endsWith(':Deployment') && inputs.metadata.name === gatewayObject(),
  );
  return gateway?.inputs.spec.template.spec.containers[0].image;
}

it("a released package runs the gateway's image that was released with it", async () => {
  expect(await imageIn({})).toBe(released);
});

it('an image that is given comes first', async () => {
  expect(await imageIn({ gateway: imageNamed('gateway') })).toBe(imageNamed('gateway'));
});
