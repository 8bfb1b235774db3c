/** Ingress, NetworkPolicy and Service. As /openapi/v2 of kube-apiserver 1.20.2 tells it; the notation is told in language.ts. */
export const networkingTypes = `
Ingress: apiVersion=s kind=s metadata=ObjectMeta spec=IngressSpec status=IngressStatus
IngressSpec: defaultBackend=IngressBackend ingressClassName=s rules=[IngressRule] tls=[IngressTLS]
IngressStatus: loadBalancer=LoadBalancerStatus
IngressBackend: resource=TypedLocalObjectReference service=IngressServiceBackend
IngressServiceBackend: name=s port=ServiceBackendPort
ServiceBackendPort: name=s number=i
IngressRule: host=s http=HTTPIngressRuleValue
IngressTLS: hosts=[s] secretName=s
HTTPIngressRuleValue: paths=[HTTPIngressPath]
HTTPIngressPath: backend=IngressBackend path=s pathType=s
LoadBalancerStatus: ingress=[LoadBalancerIngress]
LoadBalancerIngress: hostname=s ip=s
NetworkPolicy: apiVersion=s kind=s metadata=ObjectMeta spec=NetworkPolicySpec
NetworkPolicySpec: egress=[NetworkPolicyEgressRule] ingress=[NetworkPolicyIngressRule]
NetworkPolicySpec: podSelector=LabelSelector policyTypes=[s]
NetworkPolicyEgressRule: ports=[NetworkPolicyPort] to=[NetworkPolicyPeer]
NetworkPolicyIngressRule: from=[NetworkPolicyPeer] ports=[NetworkPolicyPort]
NetworkPolicyPort: port=q protocol=s
NetworkPolicyPeer: ipBlock=IPBlock namespaceSelector=LabelSelector podSelector=LabelSelector
IPBlock: cidr=s except=[s]
Service: apiVersion=s kind=s metadata=ObjectMeta spec=ServiceSpec status=ServiceStatus
ServiceSpec: clusterIP=s clusterIPs=[s] externalIPs=[s] externalName=s externalTrafficPolicy=s
ServiceSpec: ports=[ServicePort]<port+protocol>~port selector={s} sessionAffinity=s type=s
ServicePort: appProtocol=s name=s nodePort=i port=i protocol=s targetPort=q
ServiceStatus: loadBalancer=LoadBalancerStatus
`;
