// A program that exports the permissions of environments.ts and deploys nothing, so that it needs no provider.
import { permissionTable, printByTarget } from '@lockstep/model/internal';
import { before, changes } from './environments.ts';

const change = process.env.CHANGE ?? '';

export const permissions = printByTarget(permissionTable(changes[change]?.after ?? before));
