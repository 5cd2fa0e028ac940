// Posts or updates Lockstep's comment on a pull request. It runs after the checks, with a token that may write comments,
// on a text that the pull request's code made. So it checks the text before it posts it, and uses nothing else from the
// pull request. It needs only Node.
//
//   node post-comment.mjs <comment.md>
import { readFileSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const marker = '<!-- lockstep check -->';

/** The limit in bytes. GitHub accepts 65,536 characters. */
const longest = 65_000;

/** A line outside of code: a heading, a fold, or a sentence of letters, digits and plain punctuation, without links. */
const plainLine =
  /^(?:<!-- lockstep check -->|<\/details>|<details><summary>[A-Za-z0-9 :,.-]{1,120}<\/summary>|#{2,4} [A-Za-z0-9 -]{1,80}|[A-Za-z0-9 :,.*-]{0,200})$/;

/**
 * What is wrong with a comment, as a sentence; undefined if it can be posted. Code may contain anything, because
 * Markdown, HTML and mentions have no effect there.
 */
export function refusal(text) {
  if (Buffer.byteLength(text) > longest) return `The comment is longer than ${longest} bytes.`;
  if (!text.startsWith(`${marker}\n`)) return "The comment doesn't begin with its marker.";
  if (/\r|\0/.test(text)) return 'The comment holds a carriage return or a NUL.';
  let isCode = false;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (isCode ? line === '```' : /^```(?:diff)?$/.test(line)) {
      // Right after HTML, the fence would be HTML and wouldn't start code.
      if (!isCode && lines[index - 1] !== '')
        return `Line ${index + 1} of the comment needs an empty one before it.`;
      isCode = !isCode;
    } else if (isCode && /^\s*(?:```|~~~)/.test(line)) {
      return `Line ${index + 1} of the comment would end its block of code.`;
    } else if (!isCode && (!plainLine.test(line) || /www\.|^ {4}/i.test(line))) {
      return `Line ${index + 1} of the comment isn't one that Lockstep writes.`;
    }
  }
  return isCode ? "The comment's last block of code has no end." : undefined;
}

/** Finds the open pull request of a run of checks, from GitHub's own event and never from what the run uploaded. */
export async function pullRequestOf(run, repository, request) {
  const { head_repository: head, head_branch: branch, head_sha: sha } = run;
  const query = `state=open&per_page=100&head=${encodeURIComponent(`${head.owner.login}:${branch}`)}`;
  const found = await request('GET', `/repos/${repository}/pulls?${query}`);
  return found.find((pull) => pull.head.sha === sha && pull.head.repo?.full_name === head.full_name)?.number;
}

/** Finds our comment of an earlier run. It checks the author, because others may write the marker too. */
export async function earlierComment(number, repository, request) {
  for (let page = 1; page <= 20; page += 1) {
    const path = `/repos/${repository}/issues/${number}/comments?per_page=100&page=${page}`;
    const comments = await request('GET', path);
    const own = comments.find(
      ({ user, body }) => user?.login === 'github-actions[bot]' && body?.startsWith(marker),
    );
    if (own !== undefined) return own.id;
    if (comments.length < 100) return undefined;
  }
  return undefined;
}

function requester({ GITHUB_API_URL, GITHUB_TOKEN }) {
  return async (method, path, body) => {
    const answer = await fetch(`${GITHUB_API_URL}${path}`, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${GITHUB_TOKEN}`,
        'content-type': 'application/json',
        'x-github-api-version': '2022-11-28',
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path.split('?')[0]} answered ${answer.status}.`);
    return answer.json();
  };
}

/** Posts the comment in a file, and returns the result as a sentence. */
export async function post(file, env) {
  if (statSync(file).size > longest) throw new Error(`The comment is longer than ${longest} bytes.`);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  const wrong = refusal(text);
  if (wrong !== undefined) throw new Error(`${wrong} Nothing is posted.`);
  const { workflow_run: run } = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8'));
  const repository = env.GITHUB_REPOSITORY;
  const request = requester(env);
  const number = await pullRequestOf(run, repository, request);
  if (number === undefined) return 'The pull request has moved on or is closed; nothing is posted.';
  const id = await earlierComment(number, repository, request);
  const sha = /^[0-9a-f]{40}$/.test(run.head_sha) ? run.head_sha.slice(0, 12) : 'unknown';
  const body = `${text.trimEnd()}\n\nMade by the code of this pull request at ${sha}.\n`;
  if (id === undefined) await request('POST', `/repos/${repository}/issues/${number}/comments`, { body });
  else await request('PATCH', `/repos/${repository}/issues/comments/${id}`, { body });
  return `The comment of pull request ${number} is ${id === undefined ? 'posted' : 'updated'}.`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await post(process.argv[2], process.env));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
