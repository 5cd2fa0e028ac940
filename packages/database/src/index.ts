/**
 * Typed operations over a database that runs in its own thread.
 *
 * @module
 */
export { type DatabaseThread, type Durability, startDatabase } from './database-thread.ts';
export type { JournalEntry, JournalReceipt } from './messages.ts';
export {
  type Operation,
  operation,
  type Queries,
  type Query,
  query,
  type Transaction,
  type Transactions,
} from './operation.ts';
export { startWorker } from './start-worker.ts';
