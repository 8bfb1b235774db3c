/** An AdmissionReview as the API server sends it for a pod of three containers and one before them: about 4.4 KB. */
export function podReview(namespace: string, images: readonly string[]): string {
  const container = (image: string, i: number): object => ({
    name: `container-${i}`,
    image,
    imagePullPolicy: "IfNotPresent",
    ports: [{ name: "http", containerPort: 8080 + i, protocol: "TCP" }],
    env: Array.from({ length: 4 }, (_, n) => ({
      name: `SETTING_${n}`,
      value: `value-${n}-of-container-${i}`,
    })),
    resources: { limits: { cpu: "500m", memory: "256Mi" }, requests: { cpu: "100m", memory: "128Mi" } },
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    volumeMounts: [
      { name: "kube-api-access", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true },
    ],
  });
  const [first = "", ...rest] = images;
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      generateName: "shop-front-5d8f7c9b6d-",
      namespace,
      labels: { app: "shop-front", "pod-template-hash": "5d8f7c9b6d" },
      annotations: { "kubesphere.io/restartedAt": "2026-11-23T03:15:00.000Z", "note/text": "x".repeat(500) },
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: "shop-front-5d8f7c9b6d",
          uid: "0b8f6c3e-3d4f-4f0e-9d3b-2f5a1c7e8d90",
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      initContainers: [container(first, 0)],
      containers: rest.map((image, i) => container(image, i + 1)),
      volumes: [{ name: "kube-api-access", secret: { secretName: "default-token-abcde", defaultMode: 420 } }],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      serviceAccountName: "default",
      serviceAccount: "default",
      securityContext: {},
      schedulerName: "default-scheduler",
      enableServiceLinks: true,
      priority: 0,
    },
  };
  const text = JSON.stringify({
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: {
      uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      requestKind: { group: "", version: "v1", kind: "Pod" },
      requestResource: { group: "", version: "v1", resource: "pods" },
      namespace,
      operation: "CREATE",
      userInfo: {
        username: "system:serviceaccount:kube-system:replicaset-controller",
        uid: "a7e0ab33-5f29-11e8-8a3c-36e6bb280816",
        groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
      },
      object,
      oldObject: null,
      dryRun: false,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" },
    },
  });
  return text;
}
