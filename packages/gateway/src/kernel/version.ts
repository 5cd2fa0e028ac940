import manifest from '../../package.json' with { type: 'json' };

/** This gateway's version. */
export const version: string = manifest.version;
