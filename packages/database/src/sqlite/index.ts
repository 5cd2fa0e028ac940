/**
 * SQLite's side: what the thread runs that has the database.
 *
 * @module
 */
export { kyselyOver } from './kysely.ts';
export { lockFolder } from './lock.ts';
export type { Journal } from './rounds.ts';
export { type DatabaseProgram, serveDatabase } from './serve.ts';
