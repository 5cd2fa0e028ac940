import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '..');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  readonly shell?: string;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly permissions?: Record<string, string>;
  readonly 'timeout-minutes'?: number;
  readonly environment?: string;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Record<string, { workflows?: string[] } | null>;
  readonly name: string;
  readonly permissions?: Record<string, string>;
  readonly defaults?: { readonly run: { readonly shell: string } };
  readonly jobs: Record<string, Job>;
}

/** What `lockstep init` writes into a project. */
const template = 'packages/cli/template';
const files = globSync(['.github/workflows/*.yml', `${template}/.github/workflows/*.yml`], {
  cwd: root,
}).sort();
const workflows = files.map((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return { file, text, workflow: parse(text) as Workflow };
});
const named = (name: string) => workflows.filter(({ file }) => basename(file) === name);

describe('workflows', () => {
  it('are both here and in what `init` writes', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        '.github/workflows/lockstep-comment.yml',
        '.github/workflows/lockstep.yml',
        `${template}/.github/workflows/lockstep-comment.yml`,
        `${template}/.github/workflows/lockstep.yml`,
      ]),
    );
  });

  it.each(workflows)('$file has only declared permissions, for a limited time', ({ workflow }) => {
    expect(workflow.permissions, 'say `permissions` at the top').toBeDefined();
    expect(Object.values(workflow.permissions ?? {}).filter((level) => level !== 'read')).toEqual([]);
    expect(workflow.on).not.toHaveProperty('pull_request_target');
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it.each(workflows)(
    '$file pins actions by commit, and leaves no token in a checkout',
    ({ text, workflow }) => {
      for (const line of text.split('\n').filter((found) => /^\s*-?\s*uses:/.test(found))) {
        expect(line).toMatch(/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      }
      for (const job of Object.values(workflow.jobs)) {
        // A job that pushes needs the token; see below for what it runs.
        if (job.permissions?.contents === 'write') continue;
        const checkouts = job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
        for (const { with: inputs } of checkouts)
          expect(inputs).toMatchObject({ 'persist-credentials': false });
      }
    },
  );

  it.each(workflows)(
    '$file lets no job that may write run code of packages or of a checkout',
    ({ workflow }) => {
      for (const [name, { permissions = {}, steps }] of Object.entries(workflow.jobs)) {
        // The worst that a job can do with pull requests alone is to write a comment.
        const { 'pull-requests': _, ...others } = permissions;
        if (!Object.values(others).includes('write')) continue;
        for (const { run = '', uses = '' } of steps) {
          // npm may pass on what was packed, without its scripts.
          const commands = run.replaceAll(/\bnpm (view|publish "\$tarball" .*--ignore-scripts$)/gm, '');
          expect(commands, name).not.toMatch(
            /\b(npm|npx|node|tsx?|python3?|bash|sh|make)\b|\$GITHUB_WORKSPACE|(^|[|&;]) *\.{1,2}\/\S/m,
          );
          expect(uses, name).not.toMatch(/^\.|\/cache@/);
        }
      }
    },
  );

  it.each(workflows)('$file fails where any program of a pipe fails', ({ workflow }) => {
    // Without a name, the shell is bash without `pipefail`.
    expect(workflow.defaults?.run.shell).toBe('bash');
    for (const { shell } of stepsOf(workflow)) expect(shell).toBeUndefined();
  });

  it.each(workflows)("$file runs no package that isn't in a lockfile", ({ workflow }) => {
    const runs = stepsOf(workflow).flatMap(({ run = '' }) => [...run.matchAll(/\bnpx (\S+ \S+)/g)]);
    // Where the command isn't installed, npx would fetch a stranger's package with that name.
    for (const [, options] of runs) expect(options).toBe('--no --');
  });

  it.each(workflows)('$file runs only scripts that exist', ({ file, workflow }) => {
    const scripts = stepsOf(workflow).flatMap(({ run = '' }) => [...run.matchAll(/\bnode (\S+\.m?[jt]s)/g)]);
    for (const [, script = ''] of scripts) {
      const place = file.startsWith(template) ? join(template, script) : script;
      expect(existsSync(join(root, place)), place).toBe(true);
    }
  });
});

describe('the job without credentials', () => {
  it.each(named('lockstep.yml'))('$file has no secret and no write permission', ({ workflow }) => {
    const { check, preview } = workflow.jobs;
    expect(JSON.stringify(check)).not.toMatch(/secrets\.|github\.token/);
    expect({ ...workflow.permissions, ...check?.permissions }).toEqual({ contents: 'read' });
    expect(preview?.if).toContain('head.repo.full_name == github.repository');
    expect(preview?.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
    expect(preview?.environment).toBe('preview');
  });
});

describe('the job that comments', () => {
  it.each(named('lockstep-comment.yml'))('$file runs nothing of the pull request', ({ workflow }) => {
    expect(workflow.on).toEqual({ workflow_run: { workflows: ['lockstep'], types: ['completed'] } });
    expect(workflow.permissions).toEqual({});
    const { comment } = workflow.jobs;
    expect(comment?.permissions).toEqual({ actions: 'read', contents: 'read', 'pull-requests': 'write' });
    const steps = comment?.steps ?? [];
    const checkout = steps.find(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkout?.with).not.toHaveProperty('ref');
    expect(checkout?.with).not.toHaveProperty('repository');
    expect(steps.filter(({ run }) => run !== undefined)).toHaveLength(1);
  });
});

describe('a release', () => {
  const [{ workflow } = { workflow: undefined }] = named('release.yml');
  const jobs = workflow?.jobs ?? {};
  const runsOf = (name: string) => (jobs[name]?.steps ?? []).map(({ run = '' }) => run).join('\n');

  /** Every job that has succeeded when this one starts. */
  const before = (name: string): string[] =>
    [jobs[name]?.needs ?? []].flat().flatMap((needed) => [needed, ...before(needed)]);

  it('names the image by its version once it is scanned and signed', () => {
    expect(before('scan')).toContain('push');
    expect(before('sign')).toContain('scan');
    expect(before('tag')).toContain('sign');
    const naming = Object.keys(jobs).filter((name) => /--tag\b|:\$\{?VERSION/i.test(runsOf(name)));
    expect(naming).toEqual(['tag']);
  });

  it('pushes only what was built without rights, under its digest', () => {
    expect(jobs.image?.permissions).toBeUndefined();
    expect(before('push')).toContain('image');
    const pushed = [...runsOf('push').matchAll(/"docker:\/\/(.*)"/g)].map(([, target]) => target);
    expect(pushed).toEqual(['$index']);
    expect(runsOf('push')).toMatch(/^ *index="\$image@sha256:/m);
  });

  it('publishes packages that name the signed image, and then says so', () => {
    expect(runsOf('pack')).toMatch(
      /npm pkg set "lockstep\.gatewayImage=.* packages\/components .* packages\/cli$/m,
    );
    expect(before('publish')).toEqual(expect.arrayContaining(['tag', 'pack']));
    expect(before('release')).toContain('publish');
  });
});

function stepsOf({ jobs }: Workflow): Step[] {
  return Object.values(jobs).flatMap(({ steps }) => [...steps]);
}
