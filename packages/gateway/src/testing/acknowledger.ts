/**
 * A process that appends one record after another and prints a line as soon as each is acknowledged: first records that
 * only need to be written and, once these are on the disk, durable ones. Ends when the store is lost.
 *
 * @module
 */
import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { callRecord, openFolder } from './store.ts';

const [path = '', count = ''] = process.argv.slice(2);
const store = await openFolder(path, {
  onLost({ message }) {
    writeSync(1, `lost: ${message}\n`);
    process.exit(1);
  },
});
for (let at = 0; at < Number(count); at += 1) {
  await store.append(callRecord(), 'written');
  writeSync(1, 'ack written\n');
}
// Records are on the disk within a second, as promised.
await delay(1000);
for (let at = 0; at < Number(count); at += 1) {
  await store.append(callRecord(), 'durable');
  writeSync(1, 'ack durable\n');
}
await store.close();
