import { describe, expect, it } from 'vitest';
import { parseDeployment } from './deployment.ts';

const deployment = (archive: object) => ({ deploymentVersion: 1, servers: {}, archive });
const where = { bucket: 'acme-mcp-audit', region: 'eu-west-1' };

describe('where the audit is archived', () => {
  it('needs a bucket and its region, and takes optional fields', () => {
    const whole = {
      ...where,
      prefix: 'mcp/eu',
      kmsKey: 'arn:aws:kms:eu-west-1:111122223333:key/1',
      endpoint: 'https://s3.example.com',
    };
    expect(parseDeployment(deployment(where)).archive).toEqual(where);
    expect(parseDeployment(deployment(whole)).archive).toEqual(whole);
  });

  it.each([
    [{ bucket: 's3://acme' }, 'must be the name of an S3 bucket'],
    [{ region: '' }, 'must be a region, such as eu-west-1'],
    [{ prefix: '/mcp/' }, 'must be words with single slashes between them'],
    [{ kmsKey: 'alias/audit' }, 'must be the ARN of a KMS key'],
    [{ endpoint: 's3.example.com' }, 'must be an http or https URL'],
  ])('refuses %j', (wrong, message) => {
    const [field] = Object.keys(wrong);
    expect(() => parseDeployment(deployment({ ...where, ...wrong }))).toThrow(
      new RegExp(`archive\\.${field}.*${message}`),
    );
  });
});
