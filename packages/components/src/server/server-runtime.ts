import {
  mcpPath,
  placeholders,
  podFolders,
  podPorts,
  type Release,
  type ServerDefinition,
  secretFilePlaceholder,
} from '@lockstep/model/internal';
import { refuse } from '../errors.ts';

type Source = Release['source'];

/** A server that Lockstep runs, as opposed to a remote one. */
export type LocalDefinition = Extract<ServerDefinition, { run: unknown }>;

/** How a server of any kind runs in a pod. */
export interface Runtime {
  /** Whether the gateway's image runs it as a child process, behind its bridge. */
  readonly bridge: boolean;
  readonly port: number;
  /** The MCP endpoint's path. */
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** @throws RunError if the release and the definition are of different kinds. */
export function checkSource(who: string, definition: ServerDefinition, { type }: Source): void {
  const kind = kindOf(definition);
  if (kind === type) return;
  refuse(
    who,
    'release.source.type',
    `is \`${type}\`, but the definition says \`${kind}\`; run \`lockstep lock --update\`.`,
  );
}

/** How to run a pinned release in a pod. */
export function runtimeOf(definition: LocalDefinition, source: Source): Runtime {
  const files = secretFiles(definition);
  if (!('image' in definition.run)) return bridged(definition, source, files);
  const { port, path, args, env } = definition.run;
  // Replace placeholders here, because an image of others doesn't.
  const fill = (text: string) => literal(files(text).replaceAll(placeholders.workdir, podFolders.state));
  return { bridge: false, port, path, args: args.map(fill), env: mapValues(env, fill) };
}

function bridged(definition: LocalDefinition, source: Source, files: (text: string) => string): Runtime {
  const { run, processes, timeouts, isolation, secrets } = definition;
  const fill = (text: string) => literal(files(text));
  // With shared isolation, one process serves everybody.
  const max = isolation === 'shared' ? 1 : processes.max;
  const options = ['--processes', max, '--idle', processes.idle, '--timeout', timeouts.start].map(String);
  // Pass the names of secret variables, so that the bridge blanks their values if the server quotes them. It finds
  // those in files by itself.
  const hidden = Object.keys(secrets).filter((name) => secrets[name]?.delivery === 'env');
  const hide = hidden.length === 0 ? [] : ['--hide', hidden.join(',')];
  const command = [...commandOf(definition, source), ...run.args].map(fill);
  return {
    bridge: true,
    port: podPorts.bridge,
    path: mcpPath,
    args: ['bridge', ...options, ...hide, '--', ...command],
    env: mapValues(run.env, fill),
  };
}

/** The command that runs what the lock pins, from its place in the image. */
function commandOf({ run }: LocalDefinition, source: Source): string[] {
  const folder = podFolders.server;
  if (source.type === 'npm') return ['node', `${folder}/node_modules/${source.package}/${source.bin}`];
  if (source.type === 'pypi') return [`${folder}/venv/bin/python`, `${folder}/venv/bin/${source.bin}`];
  return 'command' in run ? [run.command] : [];
}

/** Replaces `${secret:NAME}` with the path of the secret's file. */
function secretFiles({ secrets }: LocalDefinition): (text: string) => string {
  const names = Object.keys(secrets).filter((name) => secrets[name]?.delivery === 'file');
  return (text) =>
    names.reduce(
      (filled, name) => filled.replaceAll(secretFilePlaceholder(name), `${podFolders.secretFiles}/${name}`),
      text,
    );
}

function kindOf(definition: ServerDefinition): Source['type'] {
  if ('remote' in definition) return 'remote';
  const { run } = definition;
  return 'npm' in run ? 'npm' : 'pypi' in run ? 'pypi' : 'image' in run ? 'image' : 'command';
}

function mapValues(
  record: Readonly<Record<string, string>>,
  map: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

/**
 * Escapes a string so that Kubernetes passes it on unchanged: in `args` and `env` it expands `$(NAME)`, and reads `$$`
 * as `$`.
 */
export function literal(text: string): string {
  return text.replaceAll(/\$(?=[$(])/g, () => '$$');
}
