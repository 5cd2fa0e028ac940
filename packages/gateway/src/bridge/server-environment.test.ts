import { expect, it } from 'vitest';
import { serverEnvironment } from './server-environment.ts';

it('gives a server what was declared for it, and nothing that varies by pod', () => {
  const declared = { PATH: '/bin', TOKEN: 't', HOME_PAGE: 'x', NODE_ENV: 'production' };
  const ofTheRuntime = {
    ...{ HOME: '/', TMPDIR: '/tmp', HOSTNAME: 'pod-1', PWD: '/', SHLVL: '1', _: '/bin/node' },
    ...{ KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_PORT: 'tcp://10.0.0.1:443', EMPTY: undefined },
  };
  expect(serverEnvironment({ ...declared, ...ofTheRuntime })).toEqual(declared);
});
