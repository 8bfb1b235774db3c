import { randomUUID } from "node:crypto";

/** What a cluster is filled with. */
export interface Filling {
  readonly namespaces: number;
  readonly workspaces: number;
  /** Secrets of others: they must cost nothing. */
  readonly otherSecrets: number;
  readonly pods: number;
}

export const benchLabel = "moorline.io/bench";
export const account = "default";

/** Names of the namespaces, workspace by workspace. */
export const namespaceNames = ({ namespaces }: Pick<Filling, "namespaces">): readonly string[] =>
  Array.from({ length: namespaces }, (_, i) => `bench-${i}`);

const workspaceOf = (index: number, { namespaces, workspaces }: Filling): string =>
  `workspace-${Math.floor((index * workspaces) / namespaces)}`;

/** One key of etcd, and what stands there, as JSON or as bytes; undefined deletes. */
type Entry = readonly [key: string, value: object | Buffer | undefined];

const perTransaction = 1000;
/** Where an API server watches: it may resume in the middle of a transaction, and miss the rest. */
const perWatchedTransaction = 10;

/**
 * Writes objects straight into etcd, as JSON, which the API server reads as well as its own protobuf: a hundred thousand
 * pods take seconds instead of minutes. Only what is there before a measurement is written so.
 */
async function put(etcdUrl: string, entries: Iterable<Entry>, most = perTransaction): Promise<void> {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const valueOf = (value: object | Buffer): string =>
    Buffer.isBuffer(value) ? value.toString("base64") : base64(JSON.stringify(value));
  const send = async (batch: readonly Entry[]): Promise<void> => {
    const success = batch.map(([path, value]) => {
      const key = base64(`/registry/${path}`);
      return value === undefined
        ? { requestDeleteRange: { key } }
        : { requestPut: { key, value: valueOf(value) } };
    });
    const answer = await fetch(`${etcdUrl}/v3/kv/txn`, { method: "POST", body: JSON.stringify({ success }) });
    if (!answer.ok) throw new Error(`etcd: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
    await answer.arrayBuffer();
  };
  let batch: Entry[] = [];
  for (const entry of entries) {
    batch.push(entry);
    if (batch.length < most) continue;
    await send(batch);
    batch = [];
  }
  if (batch.length > 0) await send(batch);
}

const born = "2026-01-01T00:00:00Z";
const metadata = (name: string, namespace: string | undefined, more: object = {}): object => ({
  name,
  ...(namespace !== undefined && { namespace }),
  uid: randomUUID(),
  creationTimestamp: born,
  ...more,
});

/** Namespaces as KubeSphere labels them, each with its service account. */
export async function fillNamespaces(etcdUrl: string, filling: Filling): Promise<void> {
  const namespace = (name: string, index: number): object => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: metadata(name, undefined, {
      labels: {
        [benchLabel]: "yes",
        "kubesphere.io/namespace": name,
        "kubesphere.io/workspace": workspaceOf(index, filling),
      },
    }),
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  });
  const names = namespaceNames(filling);
  await put(
    etcdUrl,
    names.map((name, i): Entry => [`namespaces/${name}`, namespace(name, i)]),
  );
  await putAccounts(etcdUrl, names);
}

async function putAccounts(etcdUrl: string, names: readonly string[], most?: number): Promise<void> {
  await put(
    etcdUrl,
    names.map((name): Entry => {
      const object = { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata(account, name) };
      return [`serviceaccounts/${name}/${account}`, { ...object, secrets: [{ name: "token" }] }];
    }),
    most,
  );
}

/** Takes away what a run wrote: its documents and Secrets, and what it changed in service accounts. */
export async function reset(etcdUrl: string, filling: Filling): Promise<void> {
  const workspaces = Array.from({ length: filling.workspaces }, (_, i) => `workspace-${i}`);
  await put(
    etcdUrl,
    workspaces.map((name): Entry => [`moorline.io/projectbindings/${name}`, undefined]),
    perWatchedTransaction,
  );
  await put(etcdUrl, [["moorline.io/harborregistries/main", undefined]]);
  const names = namespaceNames(filling);
  await put(
    etcdUrl,
    names.map((name): Entry => [`secrets/${name}/harbor`, undefined]),
    perWatchedTransaction,
  );
  await putAccounts(etcdUrl, names, perWatchedTransaction);
}

/** What is around: Secrets of others with a token's bytes, and pods of usual size. */
export async function fillSurroundings(etcdUrl: string, filling: Filling): Promise<void> {
  const names = namespaceNames(filling);
  await put(etcdUrl, secrets(filling, names));
  await put(etcdUrl, pods(filling, names));
}

function* secrets({ otherSecrets }: Filling, names: readonly string[]): Generator<Entry> {
  for (let i = 0; i < otherSecrets; i++) {
    const namespace = names[i % names.length] ?? "default";
    const name = `token-${i}`;
    yield [`secrets/${namespace}/${name}`, storedSecret(namespace, name)];
  }
}

/** A Secret as API servers keep it (protobuf, k8s.io/api/core/v1/generated.proto): read as JSON it would cost them more. */
function storedSecret(namespace: string, name: string): Buffer {
  const field = (number: number, value: string | Buffer): Buffer => {
    const bytes = Buffer.from(value as string);
    return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
  };
  const time = Buffer.concat([varint(8), varint(Date.parse(born) / 1000)]);
  const of = [field(1, name), field(3, namespace), field(5, randomUUID()), field(8, time)];
  const pair = (key: string, value: Buffer): Buffer =>
    field(2, Buffer.concat([field(1, key), field(2, value)]));
  const data = [pair("token", Buffer.alloc(1200, "t")), pair("namespace", Buffer.from(namespace))];
  const raw = Buffer.concat([field(1, Buffer.concat(of)), ...data, field(3, "Opaque")]);
  const type = Buffer.concat([field(1, "v1"), field(2, "Secret")]);
  return Buffer.concat([Buffer.from("k8s\0"), field(1, type), field(2, raw)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) | 128);
  }
}

function* pods({ pods: count }: Filling, names: readonly string[]): Generator<Entry> {
  const managedFields = [
    {
      manager: "kube-controller-manager",
      operation: "Update",
      apiVersion: "v1",
      time: born,
      fieldsType: "FieldsV1",
      fieldsV1: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`f:field${i}`, { "f:inner": {} }])),
    },
  ];
  for (let i = 0; i < count; i++) {
    const namespace = names[i % names.length] ?? "default";
    const name = `app-7d9f8b6c5-${i}`;
    const image = `harbor.example.com/${namespace}/app:v${i % 40}`;
    yield [
      `pods/${namespace}/${name}`,
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: metadata(name, namespace, { labels: { app: "app" }, managedFields }),
        spec: {
          containers: [
            {
              name: "app",
              image,
              imagePullPolicy: "IfNotPresent",
              resources: { requests: { cpu: "10m", memory: "32Mi" } },
              env: Array.from({ length: 6 }, (_, e) => ({ name: `VARIABLE_${e}`, value: `value-${e}` })),
              terminationMessagePath: "/dev/termination-log",
              terminationMessagePolicy: "File",
            },
          ],
          restartPolicy: "Always",
          dnsPolicy: "ClusterFirst",
          serviceAccountName: account,
          nodeName: `node-${i % 200}`,
          imagePullSecrets: [{ name: "harbor" }],
          schedulerName: "default-scheduler",
        },
        status: {
          phase: "Running",
          podIP: "10.0.0.1",
          startTime: born,
          containerStatuses: [
            {
              name: "app",
              image,
              imageID: `docker-pullable://${image}@sha256:${"a".repeat(64)}`,
              ready: true,
              restartCount: 0,
              state: { running: { startedAt: born } },
              lastState: {},
            },
          ],
        },
      },
    ];
  }
}
