/** Ingress. As /openapi/v2 of kube-apiserver 1.20.2 tells it; the notation is told in language.ts. */
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
`;
