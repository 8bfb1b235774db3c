import { localHost } from "./local.ts";
import { sshHost } from "./ssh/ssh-host.ts";
import { describeHost } from "./testing/contract.ts";
import { temporaryFolder } from "./testing/folder.ts";
import { sshServer } from "./testing/ssh-server.ts";

describeHost("this machine", async () => {
  const folder = await temporaryFolder();
  return {
    host: localHost(),
    folder: folder.path,
    at: (path) => `${folder.path}${path}`,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

describeHost("a folder that stands for a machine", async () => {
  const folder = await temporaryFolder();
  return {
    host: localHost({ root: folder.path, commands: "allow" }),
    folder: folder.path,
    at: (path) => path,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

describeHost("a machine over SSH", async () => {
  const folder = await temporaryFolder();
  const server = await sshServer();
  const host = sshHost(server.options());
  return {
    host,
    folder: folder.path,
    at: (path) => `${folder.path}${path}`,
    [Symbol.asyncDispose]: async () => {
      await host[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
});
