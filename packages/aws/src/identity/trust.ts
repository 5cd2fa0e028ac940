import { resourcePolicy } from '../policy.ts';

/** The pods that may assume a role. */
interface Workload {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** A role's trust policy as JSON, for EKS Pod Identity. EKS sets the tags; a pod can't choose them. */
export function podIdentityTrust({ namespace, serviceAccount }: Workload): string {
  return resourcePolicy([
    {
      Sid: 'PodIdentity',
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: {
        StringEquals: {
          'aws:RequestTag/kubernetes-namespace': namespace,
          'aws:RequestTag/kubernetes-service-account': serviceAccount,
        },
      },
    },
  ]);
}

/** A role's trust policy as JSON, for tokens of the cluster's OpenID provider. */
export function irsaTrust(
  { namespace, serviceAccount }: Workload,
  { providerArn, issuer }: { readonly providerArn: string; readonly issuer: string },
): string {
  const host = issuer.replace(/^https:\/\//, '').replace(/\/$/, '');
  return resourcePolicy([
    {
      Sid: 'ServiceAccountToken',
      Effect: 'Allow',
      Principal: { Federated: providerArn },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          [`${host}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
          [`${host}:aud`]: 'sts.amazonaws.com',
        },
      },
    },
  ]);
}
