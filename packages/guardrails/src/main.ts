// The policy pack itself, which the engine loads by package.json's `main`. It starts a server, so nothing imports it.
import { PolicyPack } from '@pulumi/policy';
import { guardrails } from './index.ts';

new PolicyPack('lockstep', { policies: [...guardrails], enforcementLevel: 'mandatory' });
