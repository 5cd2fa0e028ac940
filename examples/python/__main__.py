"""One environment on any cluster. Its servers, releases and permissions are in the bundle."""

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_lockstep as lockstep

# A digest of zeros means "not pushed yet": a preview warns, and `pulumi up` refuses it.
NOT_PUSHED = "sha256:" + 64 * "0"

cluster = kubernetes.Provider("cluster", context="kind-mcp", enable_config_map_mutable=True)

mcp = lockstep.McpEnvironment(
    "dev",
    bundle="dev.bundle.json",
    namespace="mcp-dev",
    owner="platform",
    images={name: f"registry.example.com/mcp/{name}@{NOT_PUSHED}" for name in ["gateway", "memory"]},
    gateway=lockstep.GatewaySettingsArgs(
        keys_secret="lockstep-keys",
        tokens_secret="lockstep-tokens",
        storage=lockstep.StorageArgs(size="1Gi"),
        clients=[lockstep.PeerArgs(namespace="agents")],
    ),
    # Agents' memory outlives the pod.
    servers={"memory": lockstep.ServerSettingsArgs(data=lockstep.StorageArgs(size="1Gi"))},
    network=lockstep.NetworkSettingsArgs(host_names=lockstep.HostNamePolicies.NONE),
    opts=pulumi.ResourceOptions(providers={"kubernetes": cluster}),
)

pulumi.export("url", mcp.url)
pulumi.export("permissions", mcp.permissions)
