import { createHash } from 'node:crypto';

/** The pages' only style sheet. It is part of each page, and its hash is in the Content-Security-Policy. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #ffffff; --ink: #16191f; --soft: #5b6472; --line: #dfe3ea; --field: #f1f3f7;
  --brand: #2f4bd6; --brand-ink: #ffffff; --focus: #2f4bd6;
  --good: #14703f; --good-paper: #e2f4e9; --warn: #8a5300; --warn-paper: #fdf0d8; --bad: #b3221f; --bad-paper: #fde8e7;
  --hidden: #9c1f7d; --hidden-paper: #fbe3f4;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1216; --card: #171b21; --ink: #e8ebf0; --soft: #9aa4b2; --line: #2a313b; --field: #1f242c;
    --brand: #8ea2ff; --brand-ink: #0d1020; --focus: #8ea2ff;
    --good: #6fd69b; --good-paper: #14301f; --warn: #f2bd6b; --warn-paper: #38290f; --bad: #ff8f8a; --bad-paper: #3d1a19;
    --hidden: #ff9fe3; --hidden-paper: #3d1634;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; -webkit-text-size-adjust: 100%; }
a { color: var(--brand); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
code, pre, .text, .key { font-family: var(--mono); font-size: .875rem; }
h1, h2, p, dl, dd, ul { margin: 0; }
header.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1rem; padding: .75rem 1.25rem; background: var(--card); border-bottom: 1px solid var(--line); }
header.bar .brand { display: flex; align-items: center; gap: .5rem; font-weight: 650; color: inherit; text-decoration: none; }
header.bar .who { margin-left: auto; display: flex; align-items: center; gap: .75rem; color: var(--soft); font-size: .875rem; }
header.bar svg { width: 1.35rem; height: 1.35rem; fill: var(--brand); }
main { max-width: 72rem; margin: 0 auto; padding: 1.75rem 1.25rem 4rem; }
main.narrow { max-width: 28rem; padding-top: 12vh; }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; overflow-wrap: anywhere; }
h1 code { font-size: 1.35rem; letter-spacing: -.02em; }
h2 { font-size: .9375rem; font-weight: 650; margin-bottom: .75rem; }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem; margin-bottom: .5rem; }
.lead { color: var(--soft); max-width: 62ch; overflow-wrap: anywhere; }
.lead strong { color: var(--ink); font-weight: 600; }
.quiet { color: var(--soft); }
.small { font-size: .875rem; }
.back { display: inline-block; margin-bottom: 1rem; font-size: .875rem; }
.columns { display: grid; gap: 1rem; margin-top: 1.5rem; }
.columns > div { display: grid; gap: 1rem; align-content: start; min-width: 0; }
@media (min-width: 60rem) { .columns { grid-template-columns: minmax(0, 1fr) 22rem; } .columns > .side { position: sticky; top: 1rem; align-self: start; } }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.125rem 1.25rem; min-width: 0; }
.badge { display: inline-flex; align-items: center; padding: .1rem .6rem; border-radius: 99rem; font-size: .8125rem; font-weight: 600; white-space: nowrap; background: var(--field); color: var(--soft); }
.badge.good { background: var(--good-paper); color: var(--good); }
.badge.warn { background: var(--warn-paper); color: var(--warn); }
.badge.bad { background: var(--bad-paper); color: var(--bad); }
.values { display: grid; gap: .875rem; }
.values .values { gap: .625rem; margin-top: .25rem; padding-left: .875rem; border-left: 2px solid var(--line); }
.value { min-width: 0; }
.value > dt { display: flex; flex-wrap: wrap; align-items: baseline; gap: .125rem .625rem; }
.key { font-weight: 650; overflow-wrap: anywhere; }
.type { color: var(--soft); font-size: .8125rem; white-space: nowrap; }
.about { flex-basis: 100%; color: var(--soft); font-size: .8125rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.text, pre.json { margin: .25rem 0 0; padding: .5rem .75rem; background: var(--field); border-radius: .5rem; line-height: 1.6; }
.text, pre.json { white-space: pre-wrap; overflow-wrap: anywhere; overflow: hidden; unicode-bidi: isolate; direction: ltr; text-align: left; tab-size: 4; }
.literal { padding: .0625rem .5rem; border-radius: .375rem; background: var(--field); color: var(--brand); font-weight: 600; overflow-wrap: anywhere; }
.quote { color: var(--soft); user-select: none; }
.sign { color: var(--soft); opacity: .75; font-size: .8125em; user-select: none; }
.hidden { background: var(--hidden-paper); color: var(--hidden); border-radius: .25rem; padding: 0 .2rem; font-family: var(--mono); font-size: .8125em; unicode-bidi: isolate; }
* + .facts { margin-top: 1.125rem; }
h2 + .facts { margin-top: 0; }
.facts { display: grid; gap: .625rem; font-size: .9375rem; }
.facts dt { color: var(--soft); font-size: .8125rem; }
.facts dd { overflow-wrap: anywhere; }
.claim { border-left: 3px solid var(--warn); padding: .125rem 0 .125rem .875rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.untrusted { display: block; margin-bottom: .375rem; color: var(--warn); font-size: .8125rem; font-weight: 600; }
.prose { white-space: pre-wrap; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th { text-align: left; color: var(--soft); font-size: .8125rem; font-weight: 500; }
th, td { padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
.scroll { overflow-x: auto; margin-top: .75rem; }
th, td .key { overflow-wrap: normal; white-space: nowrap; }
details { margin-top: 1rem; }
summary { cursor: pointer; color: var(--brand); font-size: .875rem; }
.meter { display: flex; gap: .375rem; margin: .75rem 0; }
.meter span { flex: 1; height: .5rem; border-radius: 99rem; background: var(--line); }
.meter span.on { background: var(--good); }
.verdicts { list-style: none; padding: 0; display: grid; gap: .5rem; font-size: .9375rem; }
.verdicts .badge { margin-right: .375rem; }
.verdicts q { display: block; color: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
form { display: grid; gap: .875rem; }
label { display: grid; gap: .375rem; font-size: .875rem; color: var(--soft); }
textarea, input { width: 100%; font: inherit; color: var(--ink); background: var(--field); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; }
textarea { min-height: 4.5rem; resize: vertical; }
.buttons { display: grid; grid-template-columns: 1fr 1fr; gap: .625rem; }
button { font: inherit; font-weight: 600; padding: .625rem 1rem; border-radius: .5rem; border: 1px solid transparent; cursor: pointer; }
button.yes { background: var(--brand); color: var(--brand-ink); }
button.no { background: transparent; border-color: var(--bad); color: var(--bad); }
button.no.only { grid-column: 1 / -1; }
button.plain { background: none; border: 0; padding: 0; color: var(--brand); font-weight: 500; text-decoration: underline; text-underline-offset: 2px; }
.notice { border-radius: .75rem; padding: .75rem 1rem; margin-bottom: 1rem; background: var(--field); overflow-wrap: anywhere; }
.notice.bad { background: var(--bad-paper); color: var(--bad); }
.notice.good { background: var(--good-paper); color: var(--good); }
.rows { list-style: none; padding: 0; display: grid; gap: .625rem; margin-top: 1.25rem; }
.rows a { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .125rem 1rem; padding: .875rem 1.125rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; color: inherit; text-decoration: none; }
.rows a:hover { border-color: var(--brand); }
.rows .marks { display: flex; flex-wrap: wrap; gap: .375rem; justify-content: end; }
.rows .what { font-family: var(--mono); font-size: .9375rem; font-weight: 650; overflow-wrap: anywhere; }
.rows .more { grid-column: 1 / -1; color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
main > section + section { margin-top: 2.25rem; }
`;

/** The hash in the Content-Security-Policy, which allows no other styles. */
export const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`;
