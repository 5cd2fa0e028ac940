import type { ServerDefinition } from '../server.ts';
import type { Release, Source } from './schema.ts';

/**
 * One word for what a release is pinned to. The label distinguishes releases of one URL or command.
 *
 * @example
 * sourceId(release, '1.2.3'); // 'npm:@scope/pkg@1.2.3'
 */
export function sourceId({ source }: Pick<Release, 'source'>, label: string): string {
  const versioned = source.type !== 'command' && source.type !== 'remote';
  return versioned ? pinOf(source) : `${pinOf(source)}@${label}`;
}

/** What a source is pinned to, without the label. */
export function pinOf(source: Source): string {
  switch (source.type) {
    case 'npm':
    case 'pypi':
      return `${source.type}:${source.package}@${source.version}`;
    case 'command':
      return `command:sha256:${source.sha256}`;
    case 'image':
      return `image:${source.reference}@${source.digest}`;
    case 'remote':
      return `remote:${source.url}`;
  }
}

/** Where a server is declared to come from, in the form of {@link sourceOrigin}. */
export function declaredOrigin(definition: ServerDefinition): string {
  if ('remote' in definition) return `remote:${definition.remote.url}`;
  const { run } = definition;
  if ('npm' in run) return `npm:${run.npm}`;
  if ('pypi' in run) return `pypi:${plainPypiName(run.pypi)}`;
  return 'image' in run ? 'image' : 'command';
}

/** Where a release was locked from, without the parts that may differ from the declaration. */
export function sourceOrigin({ source }: Pick<Release, 'source'>): string {
  switch (source.type) {
    case 'npm':
      return `npm:${source.package}`;
    case 'pypi':
      return `pypi:${plainPypiName(source.package)}`;
    case 'remote':
      return `remote:${source.url}`;
    default:
      return source.type;
  }
}

/** PyPI treats `A_b.c` and `a-b-c` as one name. */
function plainPypiName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}
