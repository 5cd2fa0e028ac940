import { describe, expect, it, vi } from 'vitest';
import { createStreams } from './streams.ts';

const stream = (subject: string, close = () => {}) => ({
  caller: { principal: { issuer: 'i', subject, owner: subject, roles: [] } },
  sessionId: undefined,
  wants: new Set(['tools'] as const),
  seen: () => '',
  send: () => {},
  close,
});

describe('streams to clients', () => {
  it('close the oldest of a principal that opens more than a hundred, and of nobody else', () => {
    const streams = createStreams();
    const [first, others] = [vi.fn(), vi.fn()];
    streams.add(stream('b', others));
    streams.add(stream('a', first));
    for (let count = 0; count < 99; count++) streams.add(stream('a', others));
    expect(first).not.toHaveBeenCalled();
    streams.add(stream('a', others));
    expect(first).toHaveBeenCalledOnce();
    expect(others).not.toHaveBeenCalled();
  });
});
