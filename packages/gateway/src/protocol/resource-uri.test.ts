import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeUri, oddityOf, splitUri } from './resource-uri.ts';

describe('resource URIs', () => {
  it('name their server and split into the same parts again', () => {
    fc.assert(
      fc.property(fc.webUrl(), (uri) => {
        expect(splitUri(composeUri('my-files', uri))).toEqual({ server: 'my-files', uri });
      }),
    );
  });

  it.each([
    'file:///a/../b',
    'file:///a/./b',
    'file:///a/%2e%2e/b',
    'file:///a/%2E./b',
    'file:///a/..',
    'file:..',
    'file:///a%2f..%2fb',
    'x:a\\..\\b',
    'file:///..?q',
    'file:///%73ecret',
    'file:///se%43ret/x',
    'file:///a%5Fb%2Dc%7E',
    'FILE:///a',
    'file:///se\tcret',
    ' file:///a',
    'file:///a\n',
    'file:\\\\\\a',
  ])('are refused if written like %j', (uri) => expect(oddityOf(uri)).toBeTypeOf('string'));

  it.each([
    'file:///a%20b%2Fc%7Bd%7D',
    'file:///My notes.txt',
    'memo://Notes/für',
    'urn:X:Y',
    'file:///a/b.txt',
    'file:///a/.hidden',
    'file:///a/...',
    'demo://x/1.2',
    'file:///a..b',
  ])('accept %s', (uri) => expect(oddityOf(uri)).toBeUndefined());
});
