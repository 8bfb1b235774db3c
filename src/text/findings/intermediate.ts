import type { FindingTable } from "./table.ts";

/** What can be found wrong: a CA of one's own whose root is offline. */
export const intermediateFindings = {
  INTERMEDIATE_TO_SIGN: {
    severity: "error",
    en: "{subject} holds the key of an intermediate that no root has certified yet; until then nothing is issued. Take its ca.csr (digest {digest}) to the machine with the root's key and run `moorline pki sign-intermediate ca.csr --ca <folder of the root> --days {days} -d signed`; bring signed/ca-bundle.crt back and run `moorline pki import ca-bundle.crt --ca {subject}` (in a Secret, it is the key ca.crt).",
    zh: "{subject} 中的中间 CA 密钥尚未经根 CA 签发，在此之前不会签发任何证书。请将其中的 ca.csr（摘要 {digest}）带到根 CA 所在机器，执行 `moorline pki sign-intermediate ca.csr --ca <根 CA 目录> --days {days} -d signed`；再带回 signed/ca-bundle.crt 并执行 `moorline pki import ca-bundle.crt --ca {subject}`（若为 Secret，则写入键 ca.crt）。",
  },
  INTERMEDIATE_DUE: {
    severity: "warning",
    en: "The intermediate in {subject} ends at {notAfter}, and only its root can renew it: sign the same ca.csr again (`moorline pki sign-intermediate ca.csr --ca <folder of the root> --days {days} -d signed`) and import signed/ca-bundle.crt. Nodes trust the root and need nothing.",
    zh: "{subject} 中的中间 CA 将于 {notAfter} 到期，只能由根 CA 续期：请再次签发同一 ca.csr（`moorline pki sign-intermediate ca.csr --ca <根 CA 目录> --days {days} -d signed`）并导入 signed/ca-bundle.crt。节点信任的是根 CA，无需改动。",
  },
  INTERMEDIATE_WITHOUT_ROOT: {
    severity: "error",
    en: "The certificates in {subject} do not reach the root, so nobody could be told whom to trust. Import all of ca-bundle.crt that `moorline pki sign-intermediate` wrote.",
    zh: "{subject} 中的证书未包含根 CA，无法确定应信任的对象。请导入 `moorline pki sign-intermediate` 生成的完整 ca-bundle.crt。",
  },
  ROOT_KEY_ONLINE: {
    severity: "error",
    en: "{subject} should hold an intermediate, but what is in it is a root and its key; nothing is issued from it. Take it offline (keep a copy), name an empty place for the intermediate, and let this root sign its request.",
    zh: "{subject} 应只保存中间 CA，但其中是根 CA 及其私钥，不会用它签发证书。请将其离线保管（保留副本），为中间 CA 指定空的位置，并由该根 CA 签发其请求。",
  },
  ROOT_ENDS_SOON: {
    severity: "warning",
    en: "The root {subject} ends at {notAfter}. Make its successor offline, and let nodes trust both in good time.",
    zh: "根 CA {subject} 将于 {notAfter} 到期。请离线创建后继根 CA，并提前让节点同时信任两者。",
  },
  ROOT_LIST_MISSING: {
    severity: "error",
    en: "{subject} has no root.crl: whoever checks revocation (nginx checks every authority in the chain) would refuse all clients. Issue it where the root {root} is, `moorline pki crl --ca <folder of the root> --days 180`, and put it there as root.crl.",
    zh: "{subject} 中没有 root.crl：检查吊销状态的一方（nginx 会检查证书链中的每个 CA）将拒绝所有客户端。请在根 CA {root} 所在机器执行 `moorline pki crl --ca <根 CA 目录> --days 180`，并将结果以 root.crl 放入该位置。",
  },
  ROOT_LIST_ENDS_SOON: {
    severity: "warning",
    en: "root.crl in {subject} is good until {until}; after that every client that presents a certificate is refused. Issue the next one where the root {root} is, and put it in its place.",
    zh: "{subject} 中的 root.crl 有效至 {until}，之后所有出示证书的客户端都会被拒绝。请在根 CA {root} 所在机器签发新的列表并替换。",
  },
} as const satisfies FindingTable;
