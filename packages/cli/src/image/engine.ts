import { Failure } from '../failure.ts';
import { runTool } from '../packages/tool.ts';
import { buildahEngine } from './buildah.ts';
import { dockerEngine } from './docker.ts';

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

/**
 * The first of docker, podman and buildah that works here.
 *
 * @throws Failure when none does.
 */
export async function findBuilder(): Promise<Engine> {
  for (const name of ['docker', 'podman', 'buildah'] as const) {
    try {
      await runTool(name, questions[name], { purpose: name });
      return name === 'docker' ? dockerEngine() : buildahEngine(name);
    } catch {
      // Not this one.
    }
  }
  throw new Failure(
    'images are built with docker, podman or buildah, and none of them works here; install one.',
  );
}
