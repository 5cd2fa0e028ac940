import type { Guardrail } from '../guardrail.ts';
import { auditArchiveInProd } from './audit-archive-in-prod.ts';
import { imagesByDigest } from './images-by-digest.ts';
import { noAllowedDestructiveToolInProd } from './no-allowed-destructive-tool-in-prod.ts';
import { noLiteralSecrets } from './no-literal-secrets.ts';
import { noUnenforcedEgressInProd } from './no-unenforced-egress-in-prod.ts';
import { podsUnderNetworkPolicy } from './pods-under-network-policy.ts';
import { serversBehindGateway } from './servers-behind-gateway.ts';

/** All guardrails, in the order in which people read them. */
export const allGuardrails: readonly Guardrail[] = [
  imagesByDigest,
  podsUnderNetworkPolicy,
  serversBehindGateway,
  noAllowedDestructiveToolInProd,
  auditArchiveInProd,
  noUnenforcedEgressInProd,
  noLiteralSecrets,
];
