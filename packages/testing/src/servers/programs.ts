import { fileURLToPath } from 'node:url';

/** The path of {@link file://./raw-stdio.ts}, for Node to run. */
export const rawStdio = fileURLToPath(new URL('./raw-stdio.ts', import.meta.url));

/** The path of {@link file://./sdk-stdio.ts}, for Node to run. */
export const sdkStdio = fileURLToPath(new URL('./sdk-stdio.ts', import.meta.url));
