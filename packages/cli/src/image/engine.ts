import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../kernel/failure.ts';
import { runTool } from '../packages/tool.ts';

/** One image to build. */
export interface ImageBuild {
  /** What it is called among the engine's own images. */
  readonly tag: string;
  /** The folder whose files are copied in. */
  readonly context: string;
  readonly containerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Such as `linux/amd64`. */
  readonly platform: string;
  /** Seconds since 1970 that every file and the image itself are dated with, so that two builds give one digest. */
  readonly epoch: number;
}

/** A program that builds images. */
export interface Engine {
  readonly name: 'docker' | 'podman' | 'buildah';
  build(image: ImageBuild): Promise<void>;
  /** The id of its image of that name, which equal images share; undefined where it has none. */
  idOf(tag: string): Promise<string | undefined>;
  /** @returns the digest under which the registry has it. */
  push(tag: string, reference: string): Promise<string>;
  /** Writes it as an OCI archive that is called `reference`. */
  save(tag: string, file: string, reference: string): Promise<void>;
}

/** Each asks for the engine itself, not just its client. */
const questions = {
  docker: ['version', '--format', '{{.Server.Version}}'],
  podman: ['info'],
  buildah: ['info'],
} as const;

type EngineName = Engine['name'];
const names = Object.keys(questions) as EngineName[];

/**
 * The first of docker, podman and buildah that works here.
 *
 * @param only the one to use. Default: any.
 * @throws Failure when none does.
 */
export async function findBuilder(only?: string): Promise<Engine> {
  const chosen = names.filter((name) => only === undefined || name === only);
  if (chosen.length === 0) throw new Failure(`--builder ${only} is unknown; give docker, podman or buildah.`);
  for (const name of chosen) {
    try {
      await runTool(name, questions[name], { purpose: name });
      return name === 'docker' ? dockerEngine() : buildahEngine(name);
    } catch {
      // Not this one.
    }
  }
  if (only !== undefined)
    throw new Failure(`--builder ${only} doesn't work here; install it, or give another.`);
  throw new Failure(
    'images are built with docker, podman or buildah, and none of them works here; install one.',
  );
}

/** Docker with BuildKit. */
function dockerEngine(): Engine {
  return {
    name: 'docker',
    async build(image) {
      await runTool('docker', dockerArguments(image), {
        purpose: `docker can't build ${image.tag}`,
        // Dates what BuildKit itself writes; the files are dated already.
        env: { ...process.env, SOURCE_DATE_EPOCH: String(image.epoch) },
      });
    },
    async idOf(tag) {
      const inspect = ['image', 'inspect', '--format', '{{.Id}}', tag];
      const id = await runTool('docker', inspect, { purpose: tag }).catch(() => undefined);
      return id?.trim();
    },
    async push(tag, reference) {
      await runTool('docker', ['tag', tag, reference], { purpose: `docker can't name ${tag}` });
      await runTool('docker', ['push', '--quiet', reference], { purpose: `docker can't push ${reference}` });
      const format = '{{range .RepoDigests}}{{println .}}{{end}}';
      const digests = await runTool('docker', ['image', 'inspect', '--format', format, reference], {
        purpose: `docker can't inspect ${reference}`,
      });
      const repository = `${reference.replace(/:[^:/]+$/, '')}@`;
      const pushed = digests.split('\n').find((line) => line.startsWith(repository));
      if (pushed === undefined) throw new Failure(`docker pushed ${reference} and doesn't tell its digest.`);
      return pushed.slice(repository.length).trim();
    },
    async save(tag, file, reference) {
      await runTool('docker', ['tag', tag, reference], { purpose: `docker can't name ${tag}` });
      await runTool('docker', ['save', '--output', file, reference], {
        purpose: `docker can't write ${file}`,
      });
    },
  };
}

function dockerArguments({ tag, context, containerfile, args, labels, platform }: ImageBuild): string[] {
  return [
    // Attestations hold the time of the build.
    ...['buildx', 'build', '--load', '--quiet', '--provenance=false', '--platform', platform],
    ...Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...['--tag', tag, '--file', containerfile, context],
  ];
}

/** podman and buildah, which build and push with the same library and the same options. */
function buildahEngine(name: 'podman' | 'buildah'): Engine {
  return {
    name,
    async build(image) {
      await runTool(name, buildahArguments(image), { purpose: `${name} can't build ${image.tag}` });
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

function buildahArguments({
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
