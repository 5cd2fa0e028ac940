import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Camera } from './camera.ts';
import type { Workshop } from './workshop.ts';

/** The page on which a human decides on a write in prod, after another one has approved it. */
export async function approvalPicture(workshop: Workshop, camera: Camera): Promise<void> {
  const { start, state } = workshop;
  const printed = await start(['up', 'prod', '--port', '0', '--state', state], 'Ctrl-C stops it.');
  const gateway = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
  if (gateway === undefined) throw new Error(`The gateway names no address:\n${printed}`);

  const agent = await token(workshop, ['release-agent', '--owner', 'ada@example.com', '--role', 'agent']);
  const approver = (name: string) =>
    token(workshop, [name, '--owner', `${name}@example.com`, '--for', 'admin', '--role', 'approver']);
  const bob = await approver('bob');
  const cara = await approver('cara');
  const url = await askToWrite(gateway, agent);
  await approve(workshop, url, bob);

  await camera.shoot('approval', { width: 1120, height: 996 }, async (page) => {
    await page.goto(`${gateway}/signin?next=${new URL(url).pathname}`);
    await page.getByLabel('Admin token').fill(cara);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.goto(url);
    await page.getByRole('button', { name: 'Approve' }).waitFor();
  });
}

async function token({ run, state }: Workshop, of: readonly string[]): Promise<string> {
  return (await run(['token', 'create', ...of, '--env', 'prod', '--state', state])).trim();
}

/** Calls a tool that waits for approval. @returns where people decide on it. */
async function askToWrite(gateway: string, token: string): Promise<string> {
  const response = await fetch(`${gateway}/mcp/files`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'write_file',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'write_file',
        arguments: {
          path: 'releases/4.2.0.md',
          content:
            '# 4.2.0\n\n- Orders can be cancelled until they are packed.\n- Invoices name the VAT of each line.\n',
          lockstep_reason: 'The release notes of 4.2.0, as agreed in ticket SHOP-1182.',
        },
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
  });
  const answer = await response.text();
  const url = /http:\/\/127\.0\.0\.1:\d+\/approvals\/apr_[\w-]+/.exec(answer)?.[0];
  if (url === undefined) throw new Error(`The call doesn't wait: ${answer}`);
  return url;
}

async function approve({ run, state, folder }: Workshop, url: string, token: string): Promise<void> {
  const file = join(folder, 'approver.token');
  writeFileSync(file, token, { mode: 0o600 });
  const note = 'The wording is fine; marketing has seen it.';
  const id = url.split('/').at(-1) ?? '';
  await run([
    'approvals',
    'approve',
    id,
    '--token-file',
    file,
    '--note',
    note,
    '--env',
    'prod',
    '--state',
    state,
  ]);
}
