import { MoorlineError } from "../../model/errors.ts";
import { pairNames, type CertificateDocument } from "./gathered.ts";
import { unpackPair, type IssuedPair } from "./pair.ts";
import { entries, type Store } from "./store.ts";

/** One pair of a document. @throws PKI_* where it is damaged */
export async function readPair(store: Store, document: string, of: string): Promise<IssuedPair | undefined> {
  const entry = entries.pair(document, of);
  const packed = await store.read(entry);
  return packed && unpackPair(packed, `${store.name}: ${entry}`);
}

/** All pairs of a document. What is damaged counts as missing: it can be issued anew, unlike a CA. */
export async function readPairs(
  store: Store,
  document: CertificateDocument,
): Promise<ReadonlyMap<string, IssuedPair>> {
  const pairs = new Map<string, IssuedPair>();
  for (const of of pairNames(document.spec)) {
    const pair = await readPair(store, document.metadata.name, of).catch((thrown: unknown) => {
      if (thrown instanceof MoorlineError && thrown.code.startsWith("PKI_")) return undefined;
      throw thrown;
    });
    if (pair !== undefined) pairs.set(of, pair);
  }
  return pairs;
}
