import { expect, test } from 'vitest';
import type { Release } from '../lock/schema.ts';
import { imagesFor, unpushedDigest } from './images.ts';

const remote = { source: { type: 'remote', url: 'https://docs.example.com/mcp' } } as Release;
const packaged = { source: { type: 'npm', package: 'files', version: '1.0.0' } } as Release;

test('each environment runs the image of the release that it pins', () => {
  const list = {
    gateway: 'registry.example.com/gateway@sha256:a',
    'files@1': 'registry.example.com/mcp-files@sha256:b',
    'files@2': 'registry.example.com/mcp-files@sha256:c',
    'gateway@1': 'registry.example.com/mcp-gateway@sha256:d',
  };
  expect(imagesFor({ releases: { files: { label: '2', release: packaged } } }, list)).toEqual({
    gateway: list.gateway,
    files: list['files@2'],
  });
});

test("a needed image that isn't listed counts as unpushed, in the gateway's registry, and no other image is added", () => {
  const releases = { files: { label: '3', release: packaged }, docs: { label: '1', release: remote } };
  expect(imagesFor({ releases }, { gateway: 'registry.example.com/lockstep/gateway@sha256:a' })).toEqual({
    gateway: 'registry.example.com/lockstep/gateway@sha256:a',
    files: `registry.example.com/lockstep/files@${unpushedDigest}`,
  });
  expect(imagesFor({ releases }, {})).toEqual({
    files: `unpushed.invalid/files@${unpushedDigest}`,
  });
});
