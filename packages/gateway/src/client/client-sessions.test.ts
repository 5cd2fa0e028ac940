import { describe, expect, it, vi } from 'vitest';
import type { Caller } from '../identity/sign-in.ts';
import { createClientSessions } from './client-sessions.ts';

const caller = (subject: string): Caller => ({
  principal: { issuer: 'i', subject, owner: subject, roles: [] },
});
const open = { endpoint: undefined, version: '2025-11-25', client: undefined };

describe('sessions', () => {
  it('belong to one principal and one endpoint', () => {
    const sessions = createClientSessions(() => undefined);
    const session = sessions.open({ ...open, caller: caller('a') });
    const id = session?.id ?? '';
    expect(sessions.find(id, caller('a'), undefined)).toBe(session);
    expect(sessions.find(id, caller('b'), undefined)).toBeUndefined();
    expect(sessions.find(id, caller('a'), 'files')).toBeUndefined();
  });

  it('close when unused for an hour and report it', () => {
    let now = 0;
    const closed = vi.fn();
    const sessions = createClientSessions(closed, () => now);
    const session = sessions.open({ ...open, caller: caller('a') });
    now = 3_599_999;
    expect(sessions.find(session?.id ?? '', caller('a'), undefined)).toBe(session);
    now += 3_600_000;
    expect(sessions.find(session?.id ?? '', caller('a'), undefined)).toBeUndefined();
    expect(closed).toHaveBeenCalledWith(session);
  });

  it('close the least recently used one of a principal that opens more than a hundred', () => {
    const closed = vi.fn();
    const sessions = createClientSessions(closed);
    const first = sessions.open({ ...open, caller: caller('a') });
    for (let count = 0; count < 100; count++) sessions.open({ ...open, caller: caller('a') });
    expect(closed).toHaveBeenCalledExactlyOnceWith(first);
  });
});
