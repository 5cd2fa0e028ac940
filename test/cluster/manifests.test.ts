import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apply, kubectl } from './kubectl.ts';
import { lockstep } from './scene.ts';

it.each(['dev', 'staging', 'prod'])(
  'the rendered manifests of our stack %s pass strict validation',
  async (stack) => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-rendered-'));
    try {
      await lockstep(['render', stack, '--out', folder]);
      const written = (await kubectl('kustomize', folder)).split('\n---\n').length;
      const applied = await apply({ folder });
      expect(applied.trim().split('\n')).toHaveLength(written);
      await kubectl('delete', '--kustomize', folder, '--wait=false');
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
