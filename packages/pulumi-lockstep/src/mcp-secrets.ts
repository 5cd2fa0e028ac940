import * as components from '@lockstep/components';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import type { ComponentClass } from './component-class.ts';
import type { VaultEndpoint } from './mcp-gateway.ts';
import { readBundle } from './read-bundle.ts';
import type { VaultSettings } from './vault-settings.ts';

/** The arguments of `McpSecrets`. */
export interface McpSecretsArgs extends VaultSettings {
  /** What `lockstep bundle` wrote: the path of the file, from the program's folder, or its text. */
  readonly bundle: string;
  /** The namespace of the pods. */
  readonly namespace: Input<string>;
  /**
   * Whether the namespace has other environments too. Names of objects then contain the environment's name and a hash.
   * To change it replaces every object. Default: false.
   */
  readonly sharesNamespace?: boolean;
  /** The team that is responsible for it, as a label. */
  readonly owner: Input<string>;
  /** Who reads the `env` and `file` secrets, by server. Default: the pods that `McpServer` makes. */
  readonly readers?: Record<string, SecretReader>;
  /** The service account of the gateway, which reads headers at run time. Default: the one that `McpGateway` makes. */
  readonly gatewayServiceAccount?: Input<string>;
}

/** Who reads one server's secrets. */
export interface SecretReader {
  /** The service account of its pods. */
  readonly serviceAccount: Input<string>;
  /** The workload to restart when such a secret changes. */
  readonly workload: Workload;
}

/** A workload in the environment's namespace. */
export interface Workload {
  /** What it is. */
  readonly kind: WorkloadKind;
  /** Its name. */
  readonly name: Input<string>;
}

/** What a workload is. */
export const WorkloadKind = {
  /** Pods without a volume of their own. */
  Deployment: 'Deployment',
  /** Pods with a volume of their own. */
  StatefulSet: 'StatefulSet',
} as const;
/** What a workload is. */
export type WorkloadKind = (typeof WorkloadKind)[keyof typeof WorkloadKind];

const Secrets = components.McpSecrets as unknown as ComponentClass<components.McpSecretsArgs>;

/**
 * Lets only those who deliver a server's secrets read them: for each server a Vault policy for exactly its paths, and a
 * Kubernetes auth role bound to one service account, namespace and audience. For `env` and `file` secrets it also creates
 * what brings them into the pods. No secret's value passes through Pulumi.
 */
export class McpSecrets extends Secrets {
  /** For `McpGateway`: its Vault role for each server's headers. A server without secret headers has none. */
  declare readonly roles: Output<Record<string, string>>;
  /** For `McpGateway`: the Vault to read from. */
  declare readonly vault: Output<VaultEndpoint>;

  /** @throws RunError that names the component and the wrong argument or the missing provider. */
  constructor(name: string, args: McpSecretsArgs, opts?: ComponentResourceOptions) {
    const { bundle, readers = {}, gatewayServiceAccount, ...rest } = args;
    const { name: environment, servers } = readBundle(`McpSecrets ${name}`, bundle);
    const naming = { environment, sharesNamespace: args.sharesNamespace ?? false };
    const secrets = Object.entries(servers).map(([server, definition]) => {
      const object = components.serverObject(server, naming);
      const own = { serviceAccount: object, workload: { kind: 'Deployment', name: object } };
      return [server, { ...(readers[server] ?? own), secrets: definition.secrets }];
    });
    const gateway = { serviceAccount: gatewayServiceAccount ?? components.gatewayObject(naming) };
    const whole = { ...rest, environment, servers: Object.fromEntries(secrets), gateway };
    super(name, whole as components.McpSecretsArgs, opts);
  }
}
