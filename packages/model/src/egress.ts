import { z } from 'zod';
import { parseOrThrow } from './errors.ts';

const hostName = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be a host name in lower case, as in `api.example.com` or `*.example.com`',
  );

const port = z.int().min(1).max(65_535);
const dnsLabel = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a DNS label');

const notCidr = { error: 'must be a range of addresses, as in `10.20.0.0/16` or `fd00:1::/64`' };

const hostSchema = z.strictObject({
  /** `*.example.com` stands for every name below `example.com`. */
  host: hostName,
  /** The port there. Default: 443. */
  port: port.default(443),
  /**
   * Set this to accept that the cluster can't enforce the name. Without it, the server is refused on a cluster whose
   * network policies don't support names. Default: false.
   */
  unenforced: z.boolean().default(false),
});

const cidrSchema = z.strictObject({
  /** A range of addresses. */
  cidr: z.union([z.cidrv4(notCidr), z.cidrv6(notCidr)], notCidr),
  /** The port there. Default: all of them. */
  port: port.optional(),
});

const serviceSchema = z.strictObject({
  /** A Service of the cluster. */
  service: dnsLabel,
  /** The Service's namespace. Default: the server's own. */
  namespace: dnsLabel.optional(),
  /** The Service's port. */
  port,
});

/** Where a server may connect to: a host name (port 443), or one of the long forms. */
export const egressSchema = z.union(
  [
    hostName.transform((host) => ({ host, port: 443, unenforced: false })),
    hostSchema,
    cidrSchema,
    serviceSchema,
  ],
  {
    error: 'must be a host name, { host, port, unenforced }, { cidr, port } or { service, namespace, port }',
  },
);
/** Where a server may connect to. */
export type Egress = z.output<typeof egressSchema>;
/** A destination as a person writes it: a host name alone, or a long form. */
export type EgressInput = z.input<typeof egressSchema>;

/**
 * Parses destinations that aren't part of a server's definition.
 *
 * @throws ConfigurationError that names each invalid one.
 */
export function parseEgress(input: readonly EgressInput[]): Egress[] {
  return parseOrThrow(z.array(egressSchema), input, 'egress');
}
