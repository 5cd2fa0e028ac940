// Our team's own server, and what the shop's agents may do with it.
import { defineEnvironments, defineServers, secret } from '@lockstep/model';
import lock from './tools.lock.json' with { type: 'json' };

export const servers = defineServers({
  orders: {
    run: { image: 'registry.example.com/shop/orders-mcp:1.4.0', port: 8080 },
    // Only its database in our network.
    egress: [{ cidr: '10.20.0.0/16', port: 5432 }],
    secrets: { DATABASE_URL: secret('shop/orders/mcp#url', { delivery: 'env' }) },
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
          name: 'refunds',
          tools: 'orders/refund_order',
          decision: { approve: { quorum: 2, approvers: ['support-lead'], expiry: 8 * 3600 } },
          examples: [{ args: { order: '1042' }, expect: 'approve' }],
        },
      ],
    },
  },
});
