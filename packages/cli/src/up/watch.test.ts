import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@lockstep/testing/folder';
import { eventually } from '@lockstep/testing/until';
import { expect, test } from 'vitest';
import { watchFiles } from './watch.ts';

test('tells of an edit that comes while other files begin to be followed, and of no other file', async () => {
  await using folder = await temporaryFolder();
  const [program, other] = ['program.ts', 'other.ts'].map((name) => join(folder.path, name));
  if (program === undefined || other === undefined) throw new Error('unreachable');
  let changes = 0;
  const files = watchFiles(() => {
    changes += 1;
  });
  files.follow([program]);
  writeFileSync(program, '1');
  files.follow([program]);
  await eventually(() => changes === 1);
  writeFileSync(other, '1');
  files.follow([program, other]);
  writeFileSync(other, '2');
  await eventually(() => changes === 2);
  expect(changes).toBe(2);
  files.close();
});
