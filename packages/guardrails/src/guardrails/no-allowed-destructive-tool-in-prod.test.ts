import { volumeFiles } from '@lockstep/model/internal';
import { expect, it } from 'vitest';
import { changed, messages, world } from '../world.fixture.ts';
import { noAllowedDestructiveToolInProd as guardrail } from './no-allowed-destructive-tool-in-prod.ts';

const wipe = { name: 'wipe', tools: 'files/*', decision: 'allow' } as const;
const allowed = { rules: [wipe] };
const config = 'ConfigMap mcp/lockstep-gateway-config';
const message = `${config}: files/wipe is destructive, but rules.wipe allows it in live without approval; let it wait for approval, or name it in this guardrail's \`tools\`.`;

it('is content where destructive tools wait for approval', () => {
  expect(messages(guardrail, world())).toEqual([]);
});

it('refuses one that a rule allows, unless it is named', () => {
  expect(messages(guardrail, world(allowed))).toEqual([message]);
  expect(messages(guardrail, world(allowed), { tools: ['files/save'] })).toEqual([message]);
  expect(messages(guardrail, world(allowed), { tools: ['files/wipe'] })).toEqual([]);
});

it('refuses one that is allowed to some, or sometimes', () => {
  const some = { ...wipe, roles: ['ops'], when: 'args.path == "a"' };
  expect(messages(guardrail, world({ rules: [some] }))).toEqual([message]);
});

it('leaves other profiles alone', () => {
  expect(messages(guardrail, world({ ...allowed, profile: 'staging' }))).toEqual([]);
});

it('refuses a bundle that the gateway would refuse', () => {
  const broken = changed(world(), config, ({ data }) => {
    data[volumeFiles.config] = '{';
  });
  expect(messages(guardrail, broken)).toEqual([
    `${config}: the bundle can't be read: gateway.json isn't JSON; deploy the bundle again.`,
  ]);
  const cut = world().filter(({ urn }) => !/release-\d$/.test(urn));
  expect(messages(guardrail, cut)).toEqual([
    `${config}: the bundle can't be read: releases/files.json is missing; deploy the whole bundle.`,
  ]);
});

it('refuses a gateway whose bundle the program lacks', () => {
  const bare = world().filter(({ kind }) => kind !== 'core/ConfigMap');
  expect(messages(guardrail, bare)).toEqual([
    'Deployment mcp/lockstep-gateway: no ConfigMap of this program holds its bundle, so nobody can tell what it allows; deploy both with McpGateway.',
  ]);
});
