import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../packages/tool.ts';
import type { Engine, ImageBuild } from './engine.ts';

/** podman and buildah, which build and push with the same library and the same options. */
export function buildahEngine(name: 'podman' | 'buildah'): Engine {
  return {
    name,
    async build(image) {
      await runTool(name, buildArguments(image), { purpose: `${name} can't build ${image.tag}` });
    },
    async idOf(tag) {
      const inspect =
        name === 'podman'
          ? ['image', 'inspect', '--format', '{{.Id}}', tag]
          : ['inspect', '--type', 'image', '--format', '{{.FromImageID}}', tag];
      const id = await runTool(name, inspect, { purpose: tag }).catch(() => undefined);
      return id?.trim();
    },
    async push(tag, reference) {
      const folder = await mkdtemp(join(tmpdir(), 'lockstep-push-'));
      const digest = join(folder, 'digest');
      try {
        await runTool(name, ['push', '--quiet', '--digestfile', digest, tag, `docker://${reference}`], {
          purpose: `${name} can't push ${reference}`,
        });
        return (await readFile(digest, 'utf8')).trim();
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async save(tag, file, reference) {
      await runTool(name, ['push', '--quiet', tag, `oci-archive:${file}:${reference}`], {
        purpose: `${name} can't write ${file}`,
      });
    },
  };
}

function buildArguments({
  tag,
  context,
  containerfile,
  args,
  labels,
  platform,
  epoch,
}: ImageBuild): string[] {
  return [
    ...['build', '--quiet', '--format', 'oci', '--platform', platform],
    // Works without user namespaces too, as inside another container.
    ...['--isolation', 'chroot'],
    // Without the tool's own version in a label.
    ...['--identity-label=false', '--timestamp', String(epoch)],
    ...Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...['--tag', tag, '--file', containerfile, context],
  ];
}
