import { isRecord, serverSchema } from '@lockstep/model/internal';
import { isReference, looksSecret } from './looks-secret.ts';
import { readRunnerCall } from './package-runner.ts';

/** One server of an `mcp.json`, as a program would declare it. */
export interface Imported {
  /** Its name as a DNS label. */
  readonly name: string;
  /** What `defineServers` takes; undefined where it can't be declared, which the notes explain. */
  readonly definition: Readonly<Record<string, unknown>> | undefined;
  /** What a person should know or do, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads the servers of an `mcp.json` in the shapes of Claude (`mcpServers`) and VS Code (`servers`).
 *
 * @returns undefined when it holds neither.
 */
export function readServers(json: unknown): Imported[] | undefined {
  const servers = serversOf(json);
  if (servers === undefined) return undefined;
  const taken = new Set<string>();
  return Object.entries(servers).map(([original, entry]) => {
    const notes: string[] = [];
    const name = unique(labelOf(original), taken);
    if (name !== original)
      notes.push(`It was called ${JSON.stringify(original)}; server names are DNS labels.`);
    const definition = isRecord(entry) ? readServer(entry, notes, name) : undefined;
    if (!isRecord(entry)) notes.push('Left out: its entry is no object.');
    return { name, definition: checked(definition, notes), notes };
  });
}

function serversOf(json: unknown): Record<string, unknown> | undefined {
  if (!isRecord(json)) return undefined;
  for (const key of ['mcpServers', 'servers', 'context_servers']) if (isRecord(json[key])) return json[key];
  return isRecord(json.mcp) ? serversOf(json.mcp) : undefined;
}

function readServer(
  entry: Record<string, unknown>,
  notes: string[],
  name: string,
): Record<string, unknown> | undefined {
  if (entry.disabled === true || entry.enabled === false)
    notes.push('It was switched off where it came from.');
  const url = text(entry.url) ?? text(entry.serverUrl) ?? text(entry.httpUrl);
  if (url !== undefined) return readRemote(entry, url, notes, name);
  const command = text(entry.command);
  if (command !== undefined) return readCommand(entry, command, notes, name);
  notes.push('Left out: it has neither a `command` nor a `url`.');
  return undefined;
}

function readRemote(
  entry: Record<string, unknown>,
  url: string,
  notes: string[],
  name: string,
): Record<string, unknown> | undefined {
  if (entry.type === 'sse' || entry.transport === 'sse') {
    notes.push(
      'Left out: it speaks the legacy HTTP+SSE transport; ask its makers for their streamable HTTP URL.',
    );
    return undefined;
  }
  if (isReference(url) || looksSecret('url', url)) {
    notes.push('Left out: its URL holds a secret or a variable; declare the plain URL by hand.');
    return undefined;
  }
  const headers = Object.keys(isRecord(entry.headers) ? entry.headers : {});
  if (headers.length > 0) {
    notes.push(
      `Not copied, since headers may hold secrets: ${headers.join(', ')}; declare each in \`secrets\`, as in ${JSON.stringify(headers[0])}: secret('mcp/${name}#token', { delivery: 'header' }).`,
    );
  }
  return { remote: { url } };
}

function readCommand(
  entry: Record<string, unknown>,
  command: string,
  notes: string[],
  name: string,
): Record<string, unknown> {
  const args = (Array.isArray(entry.args) ? entry.args : []).map(String);
  if (entry.cwd !== undefined) notes.push("`cwd` isn't copied: a server runs in a folder of its own.");
  if (entry.envFile !== undefined) notes.push("`envFile` isn't copied: name the variables in `needs`.");
  const call = readRunnerCall(command, args);
  if (call?.version !== undefined && call.version !== 'latest') {
    notes.push(
      `It asked for version ${call.version}: \`lockstep lock ${name}@${call.version}\` locks that one.`,
    );
  }
  const { env, needs } = readEnv(isRecord(entry.env) ? entry.env : {}, notes);
  const kept = readArgs(call?.args ?? args, notes);
  const source =
    call === undefined ? { command } : { [call.from]: call.package, ...(call.bin && { bin: call.bin }) };
  return {
    run: {
      ...source,
      ...(kept.length > 0 && { args: kept }),
      ...(Object.keys(env).length > 0 && { env }),
    },
    ...(needs.length > 0 && { needs }),
  };
}

function readEnv(
  given: Record<string, unknown>,
  notes: string[],
): { env: Record<string, string>; needs: string[] } {
  const env: Record<string, string> = {};
  const needs: string[] = [];
  for (const [variable, value] of Object.entries(given)) {
    if (isReference(String(value)) || looksSecret(variable, String(value))) needs.push(variable);
    else env[variable] = String(value);
  }
  if (needs.length > 0) {
    notes.push(`Not copied, since it may be secret: ${needs.join(', ')}; set it where the gateway runs.`);
  }
  return { env, needs };
}

function readArgs(args: readonly string[], notes: string[]): string[] {
  return args.map((arg, index) => {
    const [flag = '', inline] = arg.startsWith('-') ? arg.split(/=(.*)/s) : ['', arg];
    const name = flag || (args[index - 1]?.startsWith('-') ? (args[index - 1] ?? '') : '');
    if (inline === undefined || !(isReference(inline) || looksSecret(name, inline))) return arg;
    notes.push(
      `Argument ${index + 1} isn't copied, since it may be secret or a variable; declare it in \`secrets\` and write \${secret:NAME} in its place.`,
    );
    return flag === '' ? 'LEFT-OUT' : `${flag}=LEFT-OUT`;
  });
}

/** Nothing is offered that a program would refuse. */
function checked(definition: Record<string, unknown> | undefined, notes: string[]): Imported['definition'] {
  if (definition === undefined) return undefined;
  const result = serverSchema.safeParse(definition);
  if (result.success) return definition;
  notes.push(`Left out: ${result.error.issues[0]?.path.join('.') ?? 'it'} can't be declared as it stands.`);
  return undefined;
}

function labelOf(name: string): string {
  const label = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return label === '' || label === 'lockstep' ? `server-${label || 'x'}` : label;
}

function unique(label: string, taken: Set<string>): string {
  let name = label;
  for (let count = 2; taken.has(name); count++) name = `${label.slice(0, 59)}-${count}`;
  taken.add(name);
  return name;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
