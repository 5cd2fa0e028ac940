import type { Store } from '../ledger/store.ts';

/** Where the audit is read from: a running store, or a stopped gateway's folder (`openStopped`). */
export type AuditSource = Pick<Store, 'query'>;
