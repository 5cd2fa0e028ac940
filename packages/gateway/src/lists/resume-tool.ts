/** The gateway's own tool: carries on with a call that waited, without repeating its arguments. */
export const resumeName = 'lockstep__resume';

export const resumeDefinition = {
  name: resumeName,
  title: 'Continue an approved call',
  description:
    'Carries out a call that waited for human approval, with the arguments that were approved; before the humans have decided, it tells how things stand.',
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
