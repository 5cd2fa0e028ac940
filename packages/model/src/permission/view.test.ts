import { expect, test } from 'vitest';
import { environment } from '../world.fixture.ts';
import { permissionTable } from './table.ts';
import { roleView } from './view.ts';

const table = permissionTable(
  environment('prod', {
    rules: [
      { name: 'ops', tools: 'files/write_file', roles: ['ops'], decision: 'allow' },
      {
        name: 'public',
        tools: 'files/write_file',
        when: 'pathUnder(args.path, "public")',
        decision: 'allow',
      },
      { name: 'never', tools: 'files/delete_file', roles: ['guest'], decision: { deny: 'not for guests' } },
    ],
  }),
);

function seenBy(...roles: string[]): Record<string, string> {
  return Object.fromEntries(roleView(table, roles).map((line) => [line.target, line.summary]));
}

test('a view shows the clauses that one set of roles can reach', () => {
  expect(seenBy()).toMatchObject({
    'files/read_file': 'allow',
    'files/write_file': 'allow when pathUnder(args.path, "public"), else approve by 1 of approver',
    'files/delete_file': 'approve by 2 of approver',
  });
  expect(seenBy('ops', 'guest')).toMatchObject({ 'files/write_file': 'allow', 'files/delete_file': 'deny' });
});
