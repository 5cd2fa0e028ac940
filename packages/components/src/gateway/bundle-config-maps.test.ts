import { parseDeployment, volumeFiles } from '@lockstep/model/internal';
import { describe, expect, it } from 'vitest';
import { environmentOf, serverInputs } from '../environment/world.fixture.ts';
import { planBundle } from './bundle-config-maps.ts';

const environment = environmentOf({ docs: { ...serverInputs.docs, secrets: {} } });
const endpoints = { docs: { url: 'https://docs.example.com/mcp', bridge: false } };
const archive = { bucket: 'acme-mcp-audit', region: 'eu-west-1', prefix: 'mcp' };

describe('where the audit is archived', () => {
  it('is in the deployment file and not in the bundle', () => {
    const without = planBundle('McpGateway prod', 'lockstep-gateway', { environment, endpoints });
    const { configMaps, digest } = planBundle('McpGateway prod', 'lockstep-gateway', {
      environment,
      endpoints,
      archive,
    });
    expect(digest).toBe(without.digest);
    const file = configMaps[0]?.data?.[volumeFiles.deployment] ?? '';
    expect(parseDeployment(JSON.parse(file as string)).archive).toEqual(archive);
    expect(without.configMaps[0]?.data?.[volumeFiles.deployment]).not.toContain('archive');
  });

  it('is refused if it is invalid', () => {
    const wrong = { ...archive, bucket: 's3://acme' };
    expect(() =>
      planBundle('McpGateway prod', 'lockstep-gateway', { environment, endpoints, archive: wrong }),
    ).toThrow(/^McpGateway prod: .*archive\.bucket.*must be the name of an S3 bucket/s);
  });
});
