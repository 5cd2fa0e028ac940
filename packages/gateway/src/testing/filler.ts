/**
 * A process that appends until the disk is full. Prints the hash of each acknowledged record, and then the error of the
 * one that was refused.
 *
 * @module
 */
import { callRecord, openFolder } from './store.ts';

const store = await openFolder(String(process.argv[2]));
const print = (line: string) => process.stdout.write(`${line}\n`);

async function appendUntilRefused(): Promise<never> {
  while (true) print((await store.append(callRecord({ reason: 'x'.repeat(10_000) }), 'durable')).hash);
}

await appendUntilRefused().catch((error: Error) => print(`refused: ${error.message}`));
// The record of the stop is small and may still fit.
await store.close().catch(() => undefined);
