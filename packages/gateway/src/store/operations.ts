import { approvalOperations, approvalQueries } from '../approvals/operations.ts';
import { archiveOperations, archiveQueries } from '../archive/operations.ts';
import { auditOperations, auditQueries } from '../audit/operations.ts';
import { tokenOperations, tokenQueries } from '../identity/operations.ts';

/**
 * Everything that is written besides single records, by name. Each part of the gateway declares its own beside
 * its code; here they are put together, so that the same functions run on every database.
 */
export const operations = {
  ...auditOperations,
  ...archiveOperations,
  ...approvalOperations,
  ...tokenOperations,
};

/** Everything that is read, by name. */
export const queries = { ...auditQueries, ...archiveQueries, ...approvalQueries, ...tokenQueries };

export type Operations = typeof operations;
export type Queries = typeof queries;

type Named = Record<string, (first: never, input: never) => Promise<unknown>>;

/** What the operation or query `K` takes. */
export type Input<M extends Named, K extends keyof M> = Parameters<M[K]>[1];

/** What the operation or query `K` gives. */
export type Output<M extends Named, K extends keyof M> = Awaited<ReturnType<M[K]>>;
