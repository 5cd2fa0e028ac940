/** The isolation key of the instance that watches over a server whose calls don't share one. */
export const watchKey = 'lockstep:watch';
/** The isolation key of a server whose calls all share one process. */
export const sharedKey = 'shared';
