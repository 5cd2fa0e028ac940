import type { Drift } from './drift.ts';

/** What happens to servers, for the audit and the metrics. */
export type FleetEvent =
  | ({ readonly type: 'quarantine'; readonly server: string; readonly item: string } & Drift)
  | { readonly type: 'quarantine.lifted'; readonly server: string; readonly item: string }
  | {
      /** Something that was never reviewed and that nobody can use; told once. */
      readonly type: 'extra';
      readonly server: string;
      readonly item: string;
      readonly found: string;
    }
  | {
      readonly type: 'server.started';
      readonly server: string;
      /** The isolation key whose calls it serves. */
      readonly key: string;
      readonly era: 'legacy' | 'modern';
      readonly serverInfo: { readonly name: string; readonly version: string };
      /** Absent for remote servers. */
      readonly pid?: number;
    }
  | {
      readonly type: 'server.stopped';
      readonly server: string;
      readonly key: string;
      /** A clause: `it was ended by SIGKILL`. */
      readonly reason: string;
      /** Whether the gateway itself ended it. */
      readonly planned: boolean;
    }
  | {
      readonly type: 'server.failed';
      readonly server: string;
      readonly key: string;
      /** A clause: why it did not come up. */
      readonly reason: string;
    };
