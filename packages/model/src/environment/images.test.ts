import { expect, test } from 'vitest';
import type { Release } from '../lock/schema.ts';
import { imagesFor } from './images.ts';

const release = {} as Release;

test('each environment runs the image of the release that it pins', () => {
  const list = {
    gateway: 'registry.example.com/gateway@sha256:a',
    'files@1': 'registry.example.com/mcp-files@sha256:b',
    'files@2': 'registry.example.com/mcp-files@sha256:c',
    'gateway@1': 'registry.example.com/mcp-gateway@sha256:d',
  };
  expect(imagesFor({ releases: { files: { label: '2', release } } }, list)).toEqual({
    gateway: list.gateway,
    files: list['files@2'],
  });
  expect(
    imagesFor({ releases: { files: { label: '3', release }, docs: { label: '1', release } } }, {}),
  ).toEqual({});
});
