import type { Finding } from '@lockstep/model';
import { visible } from '@lockstep/model/internal';

/** `path: message` on one line, with nothing invisible in it. */
export function printFinding({ path, message }: Finding): string {
  return path === '' ? visible(message) : `${visible(path)}: ${visible(message)}`;
}
