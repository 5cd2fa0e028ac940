import { volumeFiles } from '@lockstep/model/internal';
import { expect, it } from 'vitest';
import { notYetKnown } from '../kubernetes/field.ts';
import { changed, messages, world } from '../world.fixture.ts';
import { auditArchiveInProd } from './audit-archive-in-prod.ts';

const config = 'ConfigMap mcp/lockstep-gateway-config';
const withDeployment = (file: unknown, profile: 'staging' | 'prod' = 'prod') =>
  messages(
    auditArchiveInProd,
    changed(world({ profile }), config, ({ data }) => {
      data[volumeFiles.deployment] = file;
    }),
  );
const none = '{"deploymentVersion":1,"servers":{}}';

it('is content with an archive, without one elsewhere than in prod, and with what isn’t known yet', () => {
  expect(messages(auditArchiveInProd, world())).toEqual([]);
  expect(withDeployment(none, 'staging')).toEqual([]);
  expect(withDeployment(notYetKnown)).toEqual([]);
});

it('refuses prod without one', () => {
  expect(withDeployment(none)).toEqual([
    `${config}: data._deployment.json names no archive for the audit; set \`gateway.archive\` to a bucket, such as an AuditArchive.`,
  ]);
});

it.each([['{'], [undefined], ['{"archive":{}}']])('refuses the unreadable deployment %j', (file) => {
  expect(withDeployment(file)).toEqual([
    `${config}: data._deployment.json can't be read, so it names no archive; write it with this version of McpGateway, and set \`gateway.archive\` to a bucket, such as an AuditArchive.`,
  ]);
});
