import { ConfigurationError } from '@lockstep/model';
import { parseDeployment, volumeFiles } from '@lockstep/model/internal';
import { isProdConfig } from '../bundle/gateway-config.ts';
import type { ObjectGuardrail } from '../guardrail.ts';
import { fieldAt, notYetKnown } from '../kubernetes/field.ts';
import { shown } from '../kubernetes/object.ts';

/** Whoever holds the gateway's volume can cut the end of its audit; what an archive has stays. */
export const auditArchiveInProd: ObjectGuardrail = {
  name: 'audit-archive-in-prod',
  description: 'In prod, the gateway sends its audit to an archive.',
  checkObject(object) {
    if (!isProdConfig(object)) return [];
    const file = fieldAt(object.fields, 'data', volumeFiles.deployment);
    if (file === notYetKnown) return [];
    const where = `${shown(object)}: data.${volumeFiles.deployment}`;
    const advice = 'set `gateway.archive` to a bucket, such as an AuditArchive';
    try {
      if (parseDeployment(JSON.parse(String(file))).archive !== undefined) return [];
      return [{ object, message: `${where} names no archive for the audit; ${advice}.` }];
    } catch (error) {
      if (!(error instanceof ConfigurationError || error instanceof SyntaxError)) throw error;
      const message = `${where} can't be read, so it names no archive; write it with this version of McpGateway, and ${advice}.`;
      return [{ object, message }];
    }
  },
};
