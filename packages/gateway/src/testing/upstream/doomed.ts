/** Stands in for a gateway that is killed: starts servers, prints the ids of its processes, and waits for its end. */
import { openStage, rawServer } from './stage.ts';

const stage = await openStage([rawServer('files', { behave: ['stubborn'] })]);
const { pid } = await stage.call<{ pid: number }>('files', 'alice', 'whoami');
const { pid: grandchild } = await stage.call<{ pid: number }>('files', 'alice', 'spawn');
const pids = stage.of('server.started').map((event) => event.pid);
process.stdout.write(`${JSON.stringify({ pids: [...pids, pid, grandchild], dir: stage.dir })}\n`);
setInterval(() => {}, 1000);
