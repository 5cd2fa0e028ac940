import { describe, expect, it } from 'vitest';
import { notesOf, withRelease } from '../scripts/release/changelog.ts';

const intro = '# Changelog\n\nWhat changed.\n';
const released = `${intro}
## 0.2.0 (2026-12-01)

- First.
- Second.
`;

describe('the changelog of a release', () => {
  it('lists what the changesets say, below what was unreleased', () => {
    const before = `${intro}\n## Unreleased\n\n- First.\n`;
    expect(withRelease(before, '0.2.0', '2026-12-01', ['Second.\n'])).toBe(released);
  });

  it('is put above the older ones', () => {
    const next = withRelease(released, '0.3.0', '2027-01-02', ['Third,\nin two lines.']);
    expect(next).toBe(
      released.replace('## 0.2.0', '## 0.3.0 (2027-01-02)\n\n- Third,\n  in two lines.\n\n## 0.2.0'),
    );
    expect(notesOf(next, '0.3.0')).toBe('- Third,\n  in two lines.\n');
    expect(notesOf(next, '0.2.0')).toBe('- First.\n- Second.\n');
  });

  it('may be the first', () => {
    expect(withRelease(intro, '0.2.0', '2026-12-01', ['First.', 'Second.'])).toBe(released);
  });

  it('must be there for the notes', () => {
    expect(() => notesOf(released, '0.3.0')).toThrow(
      'CHANGELOG.md has no heading for 0.3.0; run `npm run version`.',
    );
  });
});
