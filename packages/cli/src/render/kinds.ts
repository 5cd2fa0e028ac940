/**
 * The order in which objects are written, which is that in which they can be applied: whatever another needs comes
 * first, and a network policy before the pods that it holds.
 */
const ranks: Readonly<Record<string, readonly string[]>> = {
  '00': ['Namespace'],
  '05': ['CustomResourceDefinition'],
  '10': ['ResourceQuota', 'LimitRange', 'PriorityClass', 'StorageClass', 'PersistentVolume'],
  '20': ['ServiceAccount', 'ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding'],
  '30': ['ConfigMap'],
  '35': ['Secret', 'PersistentVolumeClaim'],
  '40': ['Service'],
  '45': ['NetworkPolicy'],
  '50': ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod', 'Job', 'CronJob'],
  '60': ['PodDisruptionBudget', 'HorizontalPodAutoscaler', 'Ingress'],
};

const rankOfKind = new Map(
  Object.entries(ranks).flatMap(([rank, kinds]) => kinds.map((kind) => [kind, rank])),
);

/** Two digits that sort an object among others: those that the cluster brings by kind, custom resources last. */
export function rankOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  return isBuiltIn(apiVersion) ? (rankOfKind.get(kind) ?? '65') : '90';
}

/** Whether a kind comes with every cluster. */
function isBuiltIn(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return !group.includes('.') || (group.endsWith('.k8s.io') && !customGroups.has(group));
}

/** Groups of Kubernetes' own projects that are installed as CRDs. */
const customGroups = new Set(['gateway.networking.k8s.io', 'metrics.k8s.io', 'snapshot.storage.k8s.io']);

/** `apps` of `apps/v1`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

const clusterScoped = new Set([
  ...['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'StorageClass', 'PersistentVolume', 'Node'],
  ...['ClusterRole', 'ClusterRoleBinding', 'RuntimeClass', 'IngressClass', 'CSIDriver', 'VolumeAttachment'],
  ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'ValidatingAdmissionPolicy'],
  ...['ValidatingAdmissionPolicyBinding', 'APIService', 'CertificateSigningRequest', 'FlowSchema'],
  ...['PriorityLevelConfiguration', 'ClusterIssuer', 'GatewayClass', 'ClusterSecretStore'],
]);

/** Whether objects of a kind stand in no namespace, as far as it is known. */
export function isClusterScoped(kind: string): boolean {
  return clusterScoped.has(kind);
}
