// One stack per environment. Its outputs are what the environment's gateway is given, so that `pulumi preview` shows a
// change of permissions line by line.
import { makeBundle, permissionTable, printTable } from '@lockstep/model';
import { getStack } from '@pulumi/pulumi';
import { environments } from './environments.ts';

const stack = getStack();
const environment = new Map(Object.entries(environments)).get(stack);
if (environment === undefined) {
  throw new Error(
    `There is no environment ${stack}; select the stack of one of ${Object.keys(environments).join(', ')}.`,
  );
}

export const bundleDigest = makeBundle(environment).digest;
export const permissions = printTable(permissionTable(environment)).trimEnd().split('\n');
