import { AnsiUp } from 'ansi_up';
import type { Camera } from './camera.ts';
import type { Workshop } from './workshop.ts';

/** What `npm start` prints, in a terminal. */
export async function startPicture({ start, state }: Workshop, camera: Camera): Promise<void> {
  const printed = await start(['up', 'dev', '--state', state], 'Ctrl-C stops it.');
  const ansi = new AnsiUp();
  ansi.use_classes = true;
  const screen = `<span class="prompt">$</span> <b>npm start</b>\n${ansi.ansi_to_html(printed).trim()}`;
  await camera.shoot('start', { width: 1000 }, (page) => page.setContent(terminal(screen)));
}

function terminal(screen: string): string {
  return `<!doctype html><meta charset="utf-8"><style>${style}</style>
<div class="window"><div class="bar"><i></i><i></i><i></i><span>lockstep</span></div><pre>${screen}</pre></div>`;
}

const style = `
:root { --page: #ffffff; --window: #fbfcfe; --bar: #eef1f6; --line: #d5dae3; --ink: #1f2530; --soft: #7a8494;
  --green: #14703f; --yellow: #8a5300; --cyan: #0b6a88; --red: #b3221f; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --window: #12161c; --bar: #1b2129; --line: #2c343f; --ink: #dfe4ec; --soft: #828d9c;
  --green: #6fd69b; --yellow: #f2bd6b; --cyan: #74cfee; --red: #ff8f8a; } }
body { margin: 0; padding: 12px; background: var(--page); }
.window { border: 1px solid var(--line); border-radius: 10px; overflow: hidden; background: var(--window); color: var(--ink); }
.bar { position: relative; display: flex; gap: 7px; padding: 10px 14px; background: var(--bar); border-bottom: 1px solid var(--line); }
.bar i { width: 11px; height: 11px; border-radius: 50%; background: var(--line); }
.bar span { position: absolute; inset: 0; text-align: center; font: 600 12px/33px system-ui, "DejaVu Sans", sans-serif; color: var(--soft); }
pre { margin: 0; padding: 16px 20px 18px; font: 13px/1.45 ui-monospace, "JetBrains Mono", "DejaVu Sans Mono", monospace; }
.prompt, .ansi-bright-black-fg { color: var(--soft); }
.ansi-green-fg { color: var(--green); } .ansi-yellow-fg { color: var(--yellow); }
.ansi-cyan-fg { color: var(--cyan); } .ansi-red-fg { color: var(--red); }
`;
