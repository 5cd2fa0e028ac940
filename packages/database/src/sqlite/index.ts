/**
 * The SQLite side: what the thread that owns the database runs.
 *
 * @module
 */
export { kyselyOver } from './kysely.ts';
export { lockFolder } from './lock.ts';
export type { Journal } from './rounds.ts';
export { type DatabaseProgram, serveDatabase } from './serve.ts';
