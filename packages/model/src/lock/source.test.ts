import { expect, test } from 'vitest';
import type { Source } from './schema.ts';
import { sourceId } from './source.ts';

const hex = 'a'.repeat(64);

test.each<[Source, string]>([
  [
    { type: 'npm', package: '@scope/pkg', version: '1.2.3', bin: 'x.js', lockfile: {} },
    'npm:@scope/pkg@1.2.3',
  ],
  [{ type: 'pypi', package: 'mcp-x', version: '1.2', bin: 'x', requirements: [] }, 'pypi:mcp-x@1.2'],
  [{ type: 'command', sha256: hex }, `command:sha256:${hex}@label`],
  [{ type: 'image', reference: 'ghcr.io/x/y', digest: `sha256:${hex}` }, `image:ghcr.io/x/y@sha256:${hex}`],
  [{ type: 'remote', url: 'https://docs.example.com/mcp' }, 'remote:https://docs.example.com/mcp@label'],
])('%j is %s', (source, id) => {
  expect(sourceId({ source }, 'label')).toBe(id);
});
