import { isRecord } from '@lockstep/model/internal';

/** The argument that lists add to gated tools, so that an agent can give approvers a reason. Removed first of all. */
export const reasonArgument = 'lockstep_reason';

/** Marks a locked definition as gated: in its description, and with the optional argument for a reason. */
export function markGated(definition: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { description, inputSchema } = definition;
  const text = typeof description === 'string' ? `${description}\n\n` : '';
  return {
    ...definition,
    description: `${text}[lockstep: calls may wait for human approval; say why in \`${reasonArgument}\`.]`,
    ...(isRecord(inputSchema) && {
      inputSchema: {
        ...inputSchema,
        properties: {
          ...(isRecord(inputSchema.properties) ? inputSchema.properties : {}),
          [reasonArgument]: {
            type: 'string',
            maxLength: 2000,
            description: 'Why this call is needed, for the humans who approve it.',
          },
        },
      },
    }),
  };
}

/** The gateway's own tool: continues a call that waited, without repeating its arguments. */
export const resumeName = 'lockstep__resume';

export const resumeDefinition = {
  name: resumeName,
  title: 'Continue an approved call',
  description:
    'Carries out a call that waited for human approval, with the arguments that were approved. Until the humans have decided, it says how things stand.',
  inputSchema: {
    type: 'object',
    properties: {
      approval: { type: 'string', description: "The approval's id, from the answer of the waiting call." },
    },
    required: ['approval'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
} as const;
