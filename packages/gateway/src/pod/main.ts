#!/usr/bin/env node
import { ConfigurationError } from '@lockstep/model';
import { messageOf } from '../kernel/errors.ts';
import { createLog } from '../kernel/log.ts';

/** The programs of the image, by the first argument. Each loads only what it needs. */
const modes: Readonly<Record<string, () => Promise<(argv: string[]) => Promise<void>>>> = {
  serve: async () => (await import('./serve.ts')).serve,
  bridge: async () => (await import('../bridge/bridge.ts')).runBridge,
  keys: async () => (await import('./create-keys.ts')).createKeysSecret,
  install: async () => (await import('./install.ts')).installPackage,
  token: async () => (await import('./ask-token.ts')).askToken,
};

/** Runs one mode. The exit code is 1 if it can't go on, and 2 if its configuration is invalid. */
async function main([mode = '', ...argv]: string[]): Promise<number> {
  const log = createLog('info');
  const load = modes[mode];
  if (load === undefined) {
    const names = Object.keys(modes).join(', ');
    log.fatal(`The first argument is ${JSON.stringify(mode)}; give one of ${names}.`);
    return 2;
  }
  try {
    await (await load())(argv);
    return 0;
  } catch (error) {
    const findings = error instanceof ConfigurationError ? error.findings : undefined;
    for (const { path, message } of findings ?? []) log.fatal(`${path}: ${message}`);
    if (findings === undefined) log.fatal(messageOf(error));
    return findings === undefined ? 1 : 2;
  }
}

// Exit now: connections of clients that vanished would keep the process alive for a while.
process.exit(await main(process.argv.slice(2)));
