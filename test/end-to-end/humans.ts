import type { AdminAnswer, Running } from './running.ts';

/** A human with an admin token, who decides on approvals through the API. */
export interface Human {
  /** Looks at an approval and decides on what was shown. */
  decide(id: string, verdict: 'approve' | 'deny', note?: string): Promise<AdminAnswer>;
  look(id: string): Promise<AdminAnswer>;
}

/** Gives a human a token with their roles. */
export async function human(up: Running, owner: string, roles: string[], subject = owner): Promise<Human> {
  const token = await up.token({ subject, owner, roles, audience: 'admin' });
  const look = (id: string): Promise<AdminAnswer> => up.admin('GET', `/approvals/${id}`, undefined, token);
  return {
    look,
    async decide(id, verdict, note) {
      const { body } = await look(id);
      return up.admin(
        'POST',
        `/approvals/${id}/verdict`,
        { verdict, seen: body.seen, ...(note === undefined ? {} : { note }) },
        token,
      );
    },
  };
}
