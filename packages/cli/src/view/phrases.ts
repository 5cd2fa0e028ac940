import type { Finding } from '@lockstep/model';
import { visible } from '@lockstep/model/internal';

/** `path: message` on one line, with nothing invisible in it. */
export function printFinding({ path, message }: Finding): string {
  return path === '' ? visible(message) : `${visible(path)}: ${visible(message)}`;
}

/** `1 tool`, `2 tools`. */
export function countOf(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
