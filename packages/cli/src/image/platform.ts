import { arch } from 'node:process';
import { Failure } from '../kernel/failure.ts';

/** What an image runs on, in the words of each tool that is told. */
export interface Platform {
  /** As images name it. */
  readonly name: 'linux/amd64' | 'linux/arm64';
  /** npm's options: which of a package's native parts are installed. */
  readonly npm: readonly string[];
  /** The machine in the names of wheels. */
  readonly machine: 'x86_64' | 'aarch64';
}

const platforms: Readonly<Record<Platform['name'], Platform>> = {
  'linux/amd64': {
    name: 'linux/amd64',
    npm: ['--os=linux', '--cpu=x64', '--libc=glibc'],
    machine: 'x86_64',
  },
  'linux/arm64': {
    name: 'linux/arm64',
    npm: ['--os=linux', '--cpu=arm64', '--libc=glibc'],
    machine: 'aarch64',
  },
};

/** Linux on this machine's processor. */
export const hostPlatform: Platform['name'] = arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';

/** @throws Failure naming the platforms that there are. */
export function parsePlatform(name: string): Platform {
  const found = Object.values(platforms).find((platform) => platform.name === name);
  if (found !== undefined) return found;
  throw new Failure(`--platform ${name} isn't known; use ${Object.keys(platforms).join(' or ')}.`);
}
