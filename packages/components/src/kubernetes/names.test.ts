import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gatewayObject, objectName, serverObject } from './names.ts';

const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz');
const inside = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789-');
const end = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789');
const label = fc
  .tuple(letter, fc.array(inside, { maxLength: 61 }), end)
  .map(([first, rest, last]) => first + rest.join('') + last);

it('short names are kept as they are', () => {
  expect(serverObject('files')).toBe('mcp-files');
  expect(objectName(gatewayObject(), 'table-0')).toBe('lockstep-gateway-table-0');
});

it("names are valid at any length, and leave room for a StatefulSet's suffix", () => {
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (parts) => {
      const name = objectName(...parts);
      expect(name).toMatch(/^[a-z]([a-z0-9-]*[a-z0-9])?$/);
      expect(name.length).toBeLessThanOrEqual(63 - '-0123456789'.length);
    }),
  );
});

it('names are stable, and no two servers share one', () => {
  fc.assert(
    fc.property(label, label, (a, b) => {
      expect(serverObject(a)).toBe(serverObject(a));
      expect(serverObject(a) === serverObject(b)).toBe(a === b);
    }),
  );
  // Fixed here, because a new name would be a new object, and the old one would be deleted.
  expect(serverObject(`${'a'.repeat(40)}-${'b'.repeat(20)}`)).toBe(
    'mcp-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-c4c33282',
  );
});

it('in a shared namespace, no two environments share a name', () => {
  expect(serverObject('files', { environment: 'prod', sharesNamespace: true })).toMatch(
    /^mcp-prod-files-[0-9a-f]{8}$/,
  );
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 6 }),
      fc.nat(5),
      fc.nat(5),
      (parts, i, j) => {
        const split = (at: number) => {
          const cut = 1 + (at % (parts.length - 1));
          return { environment: parts.slice(0, cut).join('-'), server: parts.slice(cut).join('-') };
        };
        const [one, other] = [split(i), split(j)];
        const name = ({ environment, server }: typeof one) =>
          serverObject(server, { environment, sharesNamespace: true });
        expect(name(one) === name(other)).toBe(one.environment === other.environment);
      },
    ),
  );
});
