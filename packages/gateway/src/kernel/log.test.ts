import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('contains no secret, wherever one is in the logged values', () => {
  const script = `
    const { createLog } = await import(${JSON.stringify(new URL('./log.ts', import.meta.url).href)});
    createLog('info').info(
      {
        token: 'hunter2',
        headers: { 'x-own': 'hunter2' },
        server: 'docs',
        error: 'postgres://app:hunter2@db is down',
        deep: [{ dbPassword: 'hunter2', count: 1 }],
        deeper: { a: { b: { c: { d: { password: 'hunter2' } } } }, list: [[[[['password=hunter2']]]]] },
        err: new Error('password=hunter2 is wrong'),
      },
      'API_KEY=%s was refused',
      'hunter2',
    );`;
  const args = ['--conditions=lockstep-source', '--input-type=module', '--eval', script];
  const shell = 'exec "$0" "$@" 2>&1';
  const line = execFileSync('/bin/sh', ['-c', shell, process.execPath, ...args], { encoding: 'utf8' });
  expect(JSON.parse(line)).toMatchObject({
    token: '[redacted]',
    headers: '[redacted]',
    server: 'docs',
    error: 'postgres://app:[redacted]@db is down',
    deep: [{ dbPassword: '[redacted]', count: 1 }],
    err: { type: 'Error', message: 'password=[redacted] is wrong' },
  });
  expect(line).not.toContain('hunter2');
});

test('writes an error that is logged alone in the same way as pino', () => {
  const script = `
    const { createLog } = await import(${JSON.stringify(new URL('./log.ts', import.meta.url).href)});
    createLog('info').error(new Error('password=hunter2 is wrong'));`;
  const args = ['--conditions=lockstep-source', '--input-type=module', '--eval', script];
  const shell = 'exec "$0" "$@" 2>&1';
  const line = execFileSync('/bin/sh', ['-c', shell, process.execPath, ...args], { encoding: 'utf8' });
  expect(JSON.parse(line)).toMatchObject({
    err: { type: 'Error', message: 'password=[redacted] is wrong' },
    msg: 'password=[redacted] is wrong',
  });
});
