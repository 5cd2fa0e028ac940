import { BlockList, isIPv6 } from 'node:net';

/**
 * Addresses where clouds give credentials to anybody who asks. No pod of ours may reach them. Most clouds use the
 * first. AWS and Google Cloud each have another for IPv6, Alibaba Cloud has its own, and Azure has the WireServer,
 * which gives away a node's secrets.
 */
export const metadataAddresses = [
  '169.254.169.254/32',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  '100.100.100.200/32',
  '168.63.129.16/32',
] as const;

/**
 * Addresses that aren't public: private, link-local, carrier-grade, loopback and unique-local ranges, and the
 * WireServer.
 */
const notPublic = {
  '0.0.0.0/0': [
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '168.63.129.16/32',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
  ],
  '::/0': ['::1/128', 'fc00::/7', 'fe80::/10'],
} as const;

/** An address block of a policy. */
export interface AddressBlock {
  readonly cidr: string;
  readonly except?: string[];
}

/** All public addresses. */
export const publicAddresses: readonly AddressBlock[] = Object.entries(notPublic).map(([cidr, except]) => ({
  cidr,
  except: [...except],
}));

/** A block without the metadata addresses; undefined for a block that is only one of them. */
export function withoutMetadata(cidr: string): AddressBlock | undefined {
  const inside = metadataAddresses.filter((address) => contains(cidr, address));
  if (inside.length === 0) return { cidr };
  return inside.some((address) => prefixOf(cidr) === prefixOf(address))
    ? undefined
    : { cidr, except: inside };
}

/** Whether a block contains another block's address. */
function contains(cidr: string, other: string): boolean {
  const [network = '', address = ''] = [cidr, other].map((text) => text.split('/')[0]);
  if (isIPv6(network) !== isIPv6(address)) return false;
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  const block = new BlockList();
  block.addSubnet(network, prefixOf(cidr), family);
  return block.check(address, family);
}

function prefixOf(cidr: string): number {
  return Number(cidr.split('/')[1]);
}
