import type { Sensitive } from "../../model/sensitive.ts";
import type { BoundedRequest, HttpEndpoint, HttpResponse } from "../http/endpoint.ts";
import { refusePlainHttp } from "../http/url.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import { systemNamespace } from "./resources.ts";

/** ks-apiserver, however it is reached. Any status is an answer. */
export interface KubeSphereApi {
  request(request: BoundedRequest): Promise<HttpResponse>;
}

/**
 * ks-apiserver by its own URL.
 * @param authorization `Bearer …`, or `Basic …`, which every call takes (facts/kubesphere.md §5)
 * @throws NETWORK_SECRET_OVER_PLAIN_HTTP
 */
export function directApi(endpoint: HttpEndpoint, authorization?: Sensitive): KubeSphereApi {
  if (authorization) refusePlainHttp(endpoint.url);
  return {
    request: (request) =>
      endpoint.request({ ...request, headers: withHeader(request, "authorization", authorization) }),
  };
}

/**
 * ks-apiserver through the API server's service proxy, which needs no way to it but the cluster's own. Authorization is
 * Kubernetes' there; KubeSphere copies its own from another header (facts/kubesphere.md §4.5).
 */
export function serviceProxyApi(kubernetes: KubernetesClient, authorization?: Sensitive): KubeSphereApi {
  const prefix = `/api/v1/namespaces/${systemNamespace}/services/:ks-apiserver:/proxy`;
  return {
    request: (request) =>
      kubernetes.request({
        ...request,
        path: prefix + request.path,
        headers: withHeader(request, "x-kubesphere-authorization", authorization),
      }),
  };
}

function withHeader(request: BoundedRequest, name: string, value: Sensitive | undefined) {
  return { ...request.headers, ...(value && { [name]: value.reveal() }) };
}
