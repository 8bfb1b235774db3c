/** What a test's review is about. */
export interface ReviewAbout {
  readonly namespace?: string;
  readonly object: unknown;
  readonly oldObject?: unknown;
  readonly kind?: string;
  readonly operation?: string;
}

/** An AdmissionReview with what the API server sends beside. */
export function reviewOf({
  namespace,
  object,
  oldObject = null,
  kind = "Pod",
  operation = "CREATE",
}: ReviewAbout): string {
  return JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "uid-1",
      kind: { group: "", version: "v1", kind },
      resource: { group: "", version: "v1", resource: "any" },
      namespace,
      operation,
      userInfo: { username: "system:serviceaccount:kube-system:replicaset-controller" },
      object,
      oldObject,
      dryRun: false,
    },
  });
}
