import { version } from '../kernel/version.ts';

/** What the gateway calls itself towards servers. */
export const clientInfo = { name: 'lockstep', version };
