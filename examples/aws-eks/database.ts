// A database for a server, as an example of your own infrastructure: Lockstep has no component for it.
import { rds } from '@pulumi/aws';
import { type CustomResourceOptions, interpolate, type Output, type StackReference } from '@pulumi/pulumi';

export interface Database {
  readonly host: Output<string>;
  /** The ARN to name in the policy of an identity that signs in as `orders`. */
  readonly userArn: Output<string>;
}

/** A small PostgreSQL. Clients sign in with IAM, so that only RDS itself keeps a password. */
export function database(cluster: StackReference, region: string, opts: CustomResourceOptions): Database {
  const instance = new rds.Instance(
    'orders',
    {
      engine: 'postgres',
      engineVersion: '17',
      instanceClass: 'db.t4g.small',
      dbName: 'orders',
      allocatedStorage: 20,
      storageEncrypted: true,
      multiAz: true,
      backupRetentionPeriod: 14,
      deletionProtection: true,
      // RDS makes, keeps and rotates the administrator's password; it is never in Pulumi's state.
      username: 'administrator',
      manageMasterUserPassword: true,
      iamDatabaseAuthenticationEnabled: true,
      dbSubnetGroupName: cluster.requireOutput('databaseSubnetGroup'),
      vpcSecurityGroupIds: [cluster.requireOutput('databaseSecurityGroup')],
      finalSnapshotIdentifier: 'orders-final',
    },
    { ...opts, protect: true },
  );
  const account = cluster.requireOutput('accountId');
  return {
    host: instance.address,
    userArn: interpolate`arn:aws:rds-db:${region}:${account}:dbuser:${instance.resourceId}/orders`,
  };
}
