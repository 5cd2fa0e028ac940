import { dirname } from 'node:path';
import { podFolders, podPorts } from '@lockstep/model/internal';
import { describe, expect, it } from 'vitest';
import { parseBridgeArguments } from './bridge-arguments.ts';

describe('the arguments of a bridge', () => {
  it("have defaults for all but the command, and don't touch the command's own arguments", () => {
    expect(parseBridgeArguments(['--', 'node', 'server.js', '--port', '1', '--', '${workdir}'])).toEqual({
      command: 'node',
      args: ['server.js', '--port', '1', '--', '${workdir}'],
      processes: 16,
      idle: 600,
      timeout: 30,
      maxResult: 33_554_432,
      host: '0.0.0.0',
      port: 8080,
      keyFile: '/etc/lockstep/bridge/bridge.key',
      stateDir: '/var/lib/lockstep',
      hide: [],
      secretFiles: '/var/run/secrets/lockstep/files',
    });
  });

  it('read the folders that the components mount', () => {
    const { port, keyFile, stateDir: state, secretFiles } = parseBridgeArguments(['--', 'server']);
    expect({ port, key: dirname(keyFile), state, secretFiles }).toEqual({
      port: podPorts.bridge,
      key: podFolders.bridgeKey,
      state: podFolders.state,
      secretFiles: podFolders.secretFiles,
    });
  });

  it('override the defaults', () => {
    const given =
      '--processes 2 --idle 0.5 --timeout 5 --max-result 2048 --host ::1 --port 0 --key k --state s --hide A,B --secret-files f';
    expect(parseBridgeArguments([...given.split(' '), '--', 'x'])).toEqual({
      ...{ command: 'x', args: [], processes: 2, idle: 0.5, timeout: 5, maxResult: 2048 },
      ...{ host: '::1', port: 0, keyFile: 'k', stateDir: 's', hide: ['A', 'B'], secretFiles: 'f' },
    });
  });

  it.each([
    [[], 'The command of the server is missing; give it after `--`.'],
    [['--'], 'The command of the server is missing; give it after `--`.'],
    [['--processes', '0', '--', 'x'], '--processes is "0"; give a whole number from 1 to 1000.'],
    [['--processes', '1.5', '--', 'x'], '--processes is "1.5"; give a whole number from 1 to 1000.'],
    [['--idle', 'long', '--', 'x'], '--idle is "long"; give a number from 0.1 to 1000000000.'],
    [['--port', '', '--', 'x'], '--port is ""; give a whole number from 0 to 65535.'],
    [['--nope', '--', 'x'], "The arguments of the bridge can't be read: Unknown option '--nope'."],
    [['x', '--', 'x'], /^The arguments of the bridge can't be read: Unexpected argument 'x'/],
    [
      ['--key', '--', 'x'],
      /^The arguments of the bridge can't be read: Option '--key <value>' argument missing/,
    ],
  ])('%j are refused', (argv, message) => {
    expect(() => parseBridgeArguments(argv)).toThrow(message);
  });
});
