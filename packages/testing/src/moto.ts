import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** A stand-in for AWS that speaks S3 as a library implements it, not as we do. */
const version = '5.2.5';
const packages = [`moto[s3]==${version}`, 'flask==3.1.3', 'flask-cors==6.0.5'];

/** A running stand-in, stopped at the end of its scope. */
export interface Moto extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts moto's server, installed once into the account's cache.
 *
 * @returns undefined if Python or its package index isn't available; one line says why.
 */
export async function startMoto(): Promise<Moto | undefined> {
  const bin = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), `lockstep-moto-${version}`);
  try {
    await install(bin);
  } catch (error) {
    const [line] = String(error).split('\n', 1);
    console.warn(`Skipped: install python3 with venv and pip, which bring moto's server (${line}).`);
    return undefined;
  }
  const server = spawn(join(bin, 'bin/moto_server'), ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(server, 'exit');
  for await (const line of createInterface({ input: server.stderr })) {
    const url = /Running on (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    server.stderr.resume();
    return {
      url,
      async [Symbol.asyncDispose]() {
        server.kill('SIGKILL');
        await ended;
      },
    };
  }
  throw new Error("moto's server ended before it listened.");
}

async function install(folder: string): Promise<void> {
  const whole = join(folder, 'whole');
  if (
    await access(whole).then(
      () => true,
      () => false,
    )
  )
    return;
  const run = promisify(execFile);
  await rm(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages]);
  await writeFile(whole, '');
}
