import { permissionTable, printByTarget } from '@lockstep/model/internal';
import { expect, it } from 'vitest';
import { before, changes } from './engine/permissions/environments.ts';

const exported = (environment: typeof before) => printByTarget(permissionTable(environment));

// The real engine's previews of the same: test/engine/previews.test.ts.
it.each(Object.entries(changes))(
  'when %s, exactly these outputs of the stack differ',
  (_, { after, shows }) => {
    const [old, now] = [exported(before), exported(after)];
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
    expect(keys.filter((key) => old[key] !== now[key]).toSorted()).toEqual(shows);
  },
);
