import { describe, expect, it } from 'vitest';
import { notYetKnown } from '../kubernetes/field.ts';
import { changed, messages, object, world } from '../world.fixture.ts';
import { serversBehindGateway } from './servers-behind-gateway.ts';

const advice =
  'allow only pods with the label app.kubernetes.io/name: lockstep-gateway, in a namespace that you name';

it('is content where only the gateway may connect', () => {
  expect(messages(serversBehindGateway, world())).toEqual([]);
});

describe('network policies', () => {
  const withIngress = (ingress: unknown) =>
    messages(
      serversBehindGateway,
      changed(world(), 'NetworkPolicy mcp/mcp-files', ({ spec }) => {
        spec.ingress = ingress;
      }),
    );

  it.each([[[{}]], [[{ from: [] }]], [[{ ports: [{ port: 8080 }] }]]])('let nobody in by %j', (ingress) => {
    expect(withIngress(ingress)).toEqual([
      `NetworkPolicy mcp/mcp-files: spec.ingress[0] lets everybody connect to a server; ${advice}.`,
    ]);
  });

  const gateway = { matchLabels: { 'app.kubernetes.io/name': 'lockstep-gateway' } };
  it.each([
    { ipBlock: { cidr: '10.0.0.0/8' } },
    { podSelector: { matchLabels: { app: 'agent' } } },
    { namespaceSelector: { matchLabels: { team: 'a' } } },
    { podSelector: gateway, namespaceSelector: {} },
  ])('let nobody in but gateways, and not %j', (peer) => {
    expect(withIngress([{ from: [{ podSelector: gateway }, peer] }])).toEqual([
      `NetworkPolicy mcp/mcp-files: spec.ingress[0].from[1] lets others than a gateway connect to a server; ${advice}.`,
    ]);
  });

  it('may let nobody in, and peers that only the deployment will know', () => {
    expect(withIngress([])).toEqual([]);
    expect(withIngress([{ from: notYetKnown }, notYetKnown, { from: [notYetKnown] }])).toEqual([]);
  });

  it('add up: a second one that lets others in is found, whoever it belongs to', () => {
    const open = object('networking.k8s.io/v1:NetworkPolicy', {
      metadata: { name: 'debug', namespace: 'mcp' },
      spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] },
    });
    expect(messages(serversBehindGateway, [...world(), open])).toEqual([
      `NetworkPolicy mcp/debug: spec.ingress[0].from[0] lets others than a gateway connect to a server; ${advice}.`,
    ]);
  });
});

describe('Services', () => {
  const withSpec = (more: object) =>
    messages(
      serversBehindGateway,
      changed(world(), 'Service mcp/mcp-files', ({ spec }) => void Object.assign(spec, more)),
    );

  it.each(['LoadBalancer', 'NodePort'])('are no %s', (type) => {
    expect(withSpec({ type })).toEqual([
      `Service mcp/mcp-files: spec.type is ${type}, which opens a server to the outside of the cluster; make it ClusterIP.`,
    ]);
  });

  it('have no external addresses', () => {
    expect(withSpec({ type: 'ClusterIP', externalIPs: ['192.0.2.1'] })).toEqual([
      'Service mcp/mcp-files: spec.externalIPs opens a server to the outside of the cluster; remove it.',
    ]);
  });

  it('of a gateway may be open', () => {
    const objects = changed(world(), 'Service mcp/lockstep-gateway', ({ spec }) => {
      spec.type = 'LoadBalancer';
    });
    expect(messages(serversBehindGateway, objects)).toEqual([]);
  });
});

describe('routes', () => {
  const past = "leads to Service mcp/mcp-files past the gateway; send the traffic to the gateway's Service.";
  const to = (name: string) => ({ service: { name, port: { number: 8080 } } });

  it.each([
    [
      'networking.k8s.io/v1:Ingress',
      'spec.rules[0].http.paths[1].backend.service',
      { rules: [{ http: { paths: [{ backend: to('lockstep-gateway') }, { backend: to('mcp-files') }] } }] },
    ],
    ['networking.k8s.io/v1:Ingress', 'spec.defaultBackend.service', { defaultBackend: to('mcp-files') }],
    [
      'gateway.networking.k8s.io/v1:HTTPRoute',
      'spec.rules[0].backendRefs[1]',
      { rules: [{ backendRefs: [{ name: 'lockstep-gateway' }, { name: 'mcp-files', port: 8080 }] }] },
    ],
    [
      'gateway.networking.k8s.io/v1:GRPCRoute',
      'spec.rules[0].filters[0].requestMirror.backendRef',
      { rules: [{ filters: [{ requestMirror: { backendRef: { name: 'mcp-files' } } }] }] },
    ],
  ])('of %s lead past no gateway at %s', (type, path, spec) => {
    const route = object(type, { metadata: { name: 'public', namespace: 'mcp' }, spec });
    const kind = type.split(':')[1];
    expect(messages(serversBehindGateway, [...world(), route])).toEqual([
      `${kind} mcp/public: ${path} ${past}`,
    ]);
  });

  it('are found across namespaces, and a Service of the same name elsewhere is none of ours', () => {
    const spec = {
      rules: [{ backendRefs: [{ name: 'mcp-files', namespace: 'mcp' }, { name: 'mcp-files' }] }],
    };
    const route = object('gateway.networking.k8s.io/v1:HTTPRoute', {
      metadata: { name: 'public', namespace: 'edge' },
      spec,
    });
    expect(messages(serversBehindGateway, [...world(), route])).toEqual([
      `HTTPRoute edge/public: spec.rules[0].backendRefs[0] ${past}`,
    ]);
  });
});
