import type { Environment } from '@lockstep/model';
import { Failure } from '../failure.ts';

/**
 * The environments of these names, in the program's order; all of them where none is named.
 *
 * @throws Failure naming the first that the program doesn't declare.
 */
export function chooseEnvironments(
  environments: Readonly<Record<string, Environment>>,
  names: readonly string[],
): Environment[] {
  for (const name of names) {
    if (!Object.hasOwn(environments, name)) {
      const known = Object.keys(environments).join(', ') || 'none';
      throw new Failure(`there is no environment ${name}; the program declares ${known}.`);
    }
  }
  return Object.values(environments).filter(({ name }) => names.length === 0 || names.includes(name));
}
