import { fileURLToPath } from 'node:url';

/** Where {@link file://./raw-stdio.ts} is, for Node to run. */
export const rawStdio = fileURLToPath(new URL('./raw-stdio.ts', import.meta.url));

/** Where {@link file://./sdk-stdio.ts} is, for Node to run. */
export const sdkStdio = fileURLToPath(new URL('./sdk-stdio.ts', import.meta.url));
