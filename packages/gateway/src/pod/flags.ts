import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ConfigurationError } from '@lockstep/model';

/**
 * Reads the arguments after a mode of the image.
 *
 * @throws ConfigurationError naming what isn't known.
 */
export function parseFlags<const T extends NonNullable<ParseArgsConfig['options']>>(
  mode: string,
  argv: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    // Node's message continues with advice about its own parser, so it is cut.
    throw fault(mode, `${(error as Error).message.split(/\.\s/, 1)[0]}; leave it out.`);
  }
}

export function fault(path: string, message: string): ConfigurationError {
  return new ConfigurationError([{ path, message }]);
}
