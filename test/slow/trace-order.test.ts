import { expect, it } from 'vitest';
import { forwardedAfterSync } from './trace.ts';

const record = (kind: string) =>
  `12 pwrite64(23</x/gateway.db-wal>, "{\\"arguments\\":{\\"line\\":\\"m1\\"},\\"kind\\":\\"${kind}\\"}", 4096, 0) = 4096`;
const beginSync = '13 fdatasync(23</x/gateway.db-wal> <unfinished ...>';
const endSync = '13 <... fdatasync resumed>) = 0';
const forward =
  '11 write(30<socket:[99]>, "{\\"jsonrpc\\":\\"2.0\\",\\"method\\":\\"tools/call\\",\\"params\\":{\\"line\\":\\"m1\\"}}\\n", 40) = 40';

it.each([
  ['in order', [record('intent'), beginSync, endSync, forward], 'synced before it was forwarded'],
  [
    'a sync that ends too late',
    [record('intent'), beginSync, forward, endSync],
    'forwarded while the intent was written',
  ],
  [
    'a sync of something earlier',
    [beginSync, endSync, record('intent'), forward],
    'forwarded while the intent was written',
  ],
  [
    "only the approval's record",
    [record('approval.requested'), beginSync, endSync, forward],
    'forwarded while the intent was not written',
  ],
  ['no forward', [record('intent'), beginSync, endSync], 'never forwarded (the intent was synced)'],
])('the reader of traces sees %s', (_what, lines, verdict) => {
  expect(forwardedAfterSync(lines.join('\n'), 'm1')).toBe(verdict);
});
