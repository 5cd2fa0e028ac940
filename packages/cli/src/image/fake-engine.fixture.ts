import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The digest that everything has which these tools push. */
export const pushedDigest = `sha256:${'a'.repeat(64)}`;

/** The id of every image that they built. */
export const imageId = 'cafe'.repeat(16);

/** Programs that only write down how they were called. */
export interface FakeTools {
  /** The value for PATH: only what is there, and a shell's own programs. */
  readonly path: string;
  /** Every call so far: `docker push …`. */
  calls(): string[];
}

/** Answers as docker and buildah do; podman is asked and doesn't work. */
const engine = `#!/bin/sh
name=\${0##*/}
echo "$name $*" >> "$FAKE/calls"
[ -e "$FAKE/$name-works" ] || exit 1
case "$name $1" in
  'buildah push')
    while [ "$1" != --digestfile ] && [ $# -gt 0 ]; do shift; done
    [ $# = 0 ] || echo ${pushedDigest} > "$2" ;;
  'buildah inspect') echo ${imageId} ;;
  'docker image')
    case "$*" in
      *.Id*) echo "sha256:${imageId}" ;;
      *) echo "other/x@sha256:0"; echo "$FAKE_REPOSITORY@${pushedDigest}" ;;
    esac ;;
  'docker buildx'|'buildah build')
    for last; do :; done
    [ ! -e "$last/node_modules" ] || echo "installed" >> "$FAKE/calls" ;;
esac
exit 0
`;

const npm = `#!/bin/sh
echo "npm $*" >> "$FAKE/calls"
mkdir -p node_modules/@example/files && echo ok > node_modules/@example/files/index.js
`;

/** Puts such tools into a folder. */
export function fakeTools(folder: string, works: 'docker' | 'buildah'): FakeTools {
  mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries({ docker: engine, podman: engine, buildah: engine, npm })) {
    writeFileSync(join(folder, name), script);
    chmodSync(join(folder, name), 0o755);
  }
  writeFileSync(join(folder, `${works}-works`), '');
  const calls = join(folder, 'calls');
  return {
    path: [folder, '/usr/bin', '/bin'].join(delimiter),
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
  };
}
