/** Namespaces, Secrets, ConfigMaps, ServiceAccounts, Nodes, Events and Leases. As /openapi/v2 of kube-apiserver 1.20.2 tells them; the notation is told in language.ts. */
export const coreTypes = `
Namespace: apiVersion=s kind=s metadata=ObjectMeta spec=NamespaceSpec status=NamespaceStatus
Secret: apiVersion=s data={y} immutable=b kind=s metadata=ObjectMeta stringData={s} type=s
ConfigMap: apiVersion=s binaryData={y} data={s} immutable=b kind=s metadata=ObjectMeta
ServiceAccount: apiVersion=s automountServiceAccountToken=b imagePullSecrets=[LocalObjectReference] kind=s
ServiceAccount: metadata=ObjectMeta secrets=[ObjectReference]<name>
Node: apiVersion=s kind=s metadata=ObjectMeta spec=NodeSpec status=NodeStatus
Event: action=s apiVersion=s count=i eventTime=m firstTimestamp=t involvedObject=ObjectReference kind=s
Event: lastTimestamp=t message=s metadata=ObjectMeta reason=s related=ObjectReference reportingComponent=s
Event: reportingInstance=s series=EventSeries source=EventSource type=s
Lease: apiVersion=s kind=s metadata=ObjectMeta spec=LeaseSpec
NamespaceSpec: finalizers=[s]
NamespaceStatus: conditions=[NamespaceCondition]<type> phase=s
NamespaceCondition: lastTransitionTime=t message=s reason=s status=s type=s
NodeSpec: configSource=NodeConfigSource externalID=s podCIDR=s podCIDRs=[s]<> providerID=s taints=[Taint]
NodeSpec: unschedulable=b
NodeStatus: addresses=[NodeAddress]<type> allocatable={q} capacity={q} conditions=[NodeCondition]<type>
NodeStatus: config=NodeConfigStatus daemonEndpoints=NodeDaemonEndpoints images=[ContainerImage]
NodeStatus: nodeInfo=NodeSystemInfo phase=s volumesAttached=[AttachedVolume] volumesInUse=[s]
NodeConfigSource: configMap=ConfigMapNodeConfigSource
Taint: effect=s key=s timeAdded=t value=s
NodeAddress: address=s type=s
NodeCondition: lastHeartbeatTime=t lastTransitionTime=t message=s reason=s status=s type=s
NodeConfigStatus: active=NodeConfigSource assigned=NodeConfigSource error=s lastKnownGood=NodeConfigSource
NodeDaemonEndpoints: kubeletEndpoint=DaemonEndpoint
ContainerImage: names=[s] sizeBytes=i
NodeSystemInfo: architecture=s bootID=s containerRuntimeVersion=s kernelVersion=s kubeProxyVersion=s
NodeSystemInfo: kubeletVersion=s machineID=s operatingSystem=s osImage=s systemUUID=s
AttachedVolume: devicePath=s name=s
ConfigMapNodeConfigSource: kubeletConfigKey=s name=s namespace=s resourceVersion=s uid=s
DaemonEndpoint: Port=i
EventSeries: count=i lastObservedTime=m
EventSource: component=s host=s
LeaseSpec: acquireTime=m holderIdentity=s leaseDurationSeconds=i leaseTransitions=i renewTime=m
`;
