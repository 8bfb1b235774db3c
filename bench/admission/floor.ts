import { createServer } from "node:https";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

// The floor: a bare node:https server, which reads the body and answers with an allow, in one thread or in several
// behind one port. Tells its port as a line on standard output, and ends when its standard input does.
interface Task {
  readonly port: number;
  readonly cert: string;
  readonly key: string;
}

const allow = JSON.stringify({
  apiVersion: "admission.k8s.io/v1",
  kind: "AdmissionReview",
  response: { uid: "705ab4f5-6393-11e8-b7cc-42010a800002", allowed: true },
});

function serve({ port, cert, key }: Task): Promise<number> {
  const server = createServer({ cert, key }, (request, response) => {
    request.resume();
    request.once("end", () => {
      response
        .writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(allow) })
        .end(allow);
    });
  });
  return new Promise((resolve) => {
    server.listen({ host: "127.0.0.1", port, reusePort: true }, () => {
      resolve((server.address() as { port: number }).port);
    });
  });
}

if (isMainThread) {
  const { BENCH_CERTIFICATE: cert = "", BENCH_KEY: key = "" } = process.env;
  const threads = Number(process.argv[2] ?? "1");
  let port = 0;
  if (threads === 1) port = await serve({ port, cert, key });
  for (let i = 0; threads > 1 && i < threads; i++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: { port, cert, key } });
    port = await new Promise<number>((resolve) => worker.once("message", resolve));
  }
  console.log(port);
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0));
} else {
  parentPort?.postMessage(await serve(workerData as Task), []);
}
