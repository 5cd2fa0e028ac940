import { cp, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { noticeOf } from './notice.ts';

const root = resolve(import.meta.dirname, '../..');

/** CommonJS libraries load Node's own modules with `require`, which an ES module has to create for itself. */
const banner = `import { createRequire as createBundleRequire } from 'node:module';
const require = createBundleRequire(import.meta.url);`;

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  conditions: ['lockstep-source'],
  // Keeps the names of the source in stack traces and logs.
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  sourcemap: 'external',
  logLevel: 'silent',
  banner: { js: banner },
} as const satisfies BuildOptions;

/**
 * Bundles the gateway into a folder, like `/app` in the image: one file, the file of the store's thread (a thread needs
 * its own), and the licences of everything in them.
 *
 * @param folder an empty folder.
 * @param maps an empty folder for the source maps, which no image needs. Default: they are thrown away.
 */
export async function bundleGateway(folder: string, maps?: string): Promise<void> {
  const [gateway, thread] = await Promise.all([
    build({
      ...common,
      write: false,
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      entryPoints: { 'lockstep-gateway': 'packages/gateway/src/pod/main.ts' },
    }),
    build({
      ...common,
      write: false,
      outdir: folder,
      entryPoints: { worker: 'packages/gateway/src/store/worker.ts' },
    }),
  ]);
  const files = [...gateway.outputFiles, ...thread.outputFiles];
  for (const { path, contents } of files) {
    const name = path.slice(folder.length + 1);
    if (!name.endsWith('.map')) await writeFile(join(folder, name), contents);
    else if (maps !== undefined) await writeFile(join(maps, name), contents);
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module"}\n');
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const inputs = [gateway, thread].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  await writeFile(join(folder, 'NOTICE'), await noticeOf(inputs, root));
}
