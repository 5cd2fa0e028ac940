import { definitionDigest, type Release } from '@lockstep/model/internal';
import { type Offer, releaseOf } from '@lockstep/testing/release';
import { describe, expect, it } from 'vitest';
import type { Catalog, Definition } from './catalog.ts';
import { compareCatalog } from './drift.ts';

const offer: Offer = {
  tools: [{ name: 'read', description: 'Reads.', inputSchema: { type: 'object' }, 'x-own': 1 }],
  prompts: [{ name: 'ask', description: 'Asks.' }],
  resourceTemplates: [{ uriTemplate: 'file:///{path}', name: 'files' }],
  instructions: 'Read first.',
};
const release = releaseOf(offer);

function catalog(changes: Partial<Catalog> = {}): Catalog {
  const keyed = (definitions: readonly Definition[] = [], key = 'name') =>
    new Map(definitions.map((definition) => [String(definition[key]), definition]));
  return {
    serverInfo: { name: 'test', version: '1' },
    instructions: offer.instructions ?? null,
    tools: keyed(offer.tools),
    prompts: keyed(offer.prompts),
    resourceTemplates: keyed(offer.resourceTemplates, 'uriTemplate'),
    resources: true,
    completions: false,
    ambiguous: new Set(),
    ...changes,
  };
}

const changesOf = (changes: Partial<Catalog>, locked = release) =>
  [...compareCatalog(locked, catalog(changes)).drifts].map(([item, { change }]) => `${item}: ${change}`);

describe('comparing a server with its lock', () => {
  it('finds nothing if nothing changed, whatever the order of keys', () => {
    const reordered = { 'x-own': 1, inputSchema: { type: 'object' }, description: 'Reads.', name: 'read' };
    expect(changesOf({})).toEqual([]);
    expect(changesOf({ tools: new Map([['read', reordered]]) })).toEqual([]);
  });

  it('finds a changed, a missing and an unknown field in each kind', () => {
    const tool = { ...offer.tools[0], description: 'Deletes.', annotations: { readOnlyHint: true } };
    expect(changesOf({ tools: new Map([['read', tool]]) })).toEqual([
      expect.stringMatching(/^tools\/read: The server changed it: .*description changed/),
    ]);
    expect(changesOf({ tools: new Map([['read', { ...offer.tools[0], 'x-own': 2 }]]) })).toHaveLength(1);
    expect(changesOf({ prompts: new Map() })).toEqual(['prompts/ask: The server no longer offers it.']);
    expect(changesOf({ resourceTemplates: new Map() })).toHaveLength(1);
    expect(changesOf({ instructions: null })).toEqual(["instructions: The server's instructions changed."]);
  });

  it('counts items beyond the lock separately', () => {
    const { drifts, extras } = compareCatalog(
      release,
      catalog({ tools: new Map([...catalog().tools, ['new', { name: 'new' }]]) }),
    );
    expect(drifts.size).toBe(0);
    expect([...extras.keys()]).toEqual(['tools/new']);
  });

  it('trusts no item that is listed twice', () => {
    expect(changesOf({ ambiguous: new Set(['tools/read']) })).toEqual([
      'tools/read: The server lists it twice, with different definitions.',
    ]);
  });

  it('treats a definition that has no digest as a change', () => {
    const tool = { ...offer.tools[0], description: '\ud800' };
    expect(changesOf({ tools: new Map([['read', tool]]) })).toHaveLength(1);
  });

  it('ignores what was reviewed as varying by host', () => {
    const ignore = ['/tools/read/x-own'];
    const tool = { ...offer.tools[0], 'x-own': "another host's" };
    const digest = definitionDigest(tool, 'tools', 'read', ignore);
    const read = { ...release.tools.read, definition: tool, digest } as Release['tools'][string];
    expect(changesOf({}, { ...release, ignore, tools: { read } })).toEqual([]);
    expect(changesOf({}, { ...release, ignore: [], tools: { read } })).toHaveLength(1);
  });
});
