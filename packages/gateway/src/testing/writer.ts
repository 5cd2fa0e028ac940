import type { RecordRef } from '@lockstep/model/record';
import { appendAll } from '../ledger/store-port.ts';
import { callRecord, openFolder } from './store.ts';

const [path = '', callers = '0'] = process.argv.slice(2);
const store = await openFolder(path);
// Waits for a slow reader, where `writeSync` would fail.
const print = (line: string) => process.stdout.write(`${line}\n`);
const acknowledge = (ref: RecordRef) => print(ref.hash);
print('ready');

async function call(number: number): Promise<void> {
  acknowledge(await store.append(callRecord({ arguments: { number } }), 'written'));
  const intent = await store.append(callRecord({ kind: 'intent', arguments: { number } }), 'durable');
  acknowledge(intent);
  const outcome = callRecord({ kind: 'outcome', intent });
  for (const ref of await store.transact(appendAll, [callRecord(), outcome])) acknowledge(ref);
}

async function callForever(): Promise<void> {
  for (let number = 0; ; number += 1) await call(number);
}

// Without callers, the process only locks the folder.
await Promise.all(Array.from({ length: Number(callers) }, callForever));
process.stdin.resume();
