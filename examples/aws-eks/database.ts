// A database for a server, as an example of what is yours: Lockstep has no component for it.
import { rds } from '@pulumi/aws';
import { type CustomResourceOptions, interpolate, type Output, type StackReference } from '@pulumi/pulumi';

export interface Database {
  readonly host: Output<string>;
  /** What the policy of whoever signs in as `orders` names. */
  readonly userArn: Output<string>;
}

/** A small PostgreSQL that is signed into with IAM, so that no password is kept anywhere but in RDS itself. */
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
      // The administrator's password is made, kept and rotated by RDS, and never in Pulumi's state.
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
