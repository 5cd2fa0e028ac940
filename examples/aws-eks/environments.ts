// A team's own server, which reads and refunds orders in a database on RDS.
import { defineEnvironments, defineServers } from '@lockstep/model';
import lock from './tools.lock.json' with { type: 'json' };

export const servers = defineServers({
  orders: {
    run: { image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1.4.0', port: 8080 },
    isolation: 'shared',
    // The database's subnets. A network policy can't use the names that RDS gives, only addresses.
    egress: [{ cidr: '10.20.30.0/24', port: 5432 }],
  },
});

export const environments = defineEnvironments({
  servers,
  lock,
  environments: {
    prod: {
      profile: 'prod',
      releases: { orders: '1.4.0' },
      rules: [
        {
          name: 'small-refunds',
          tools: 'orders/refund_order',
          roles: ['support'],
          when: 'has(args.cents) && args.cents <= 2000',
          decision: { approve: { quorum: 1, approvers: ['support-lead'] } },
          examples: [
            { args: { order: 'A-1', cents: 500 }, principal: { roles: ['support'] }, expect: 'approve' },
          ],
        },
      ],
    },
  },
});
