import { inLanguage, type Language } from "./language.ts";
import { messageTexts, type MessageKey } from "./messages/catalogue.ts";
import { fill, type Parameters, type ParameterValue, type PlaceholdersOf } from "./template.ts";

/** A sentence as data: which one, and what fills it. Faces put it into words. */
export interface Message {
  readonly key: MessageKey;
  readonly parameters: Parameters;
}

type ParametersOf<K extends MessageKey> = Readonly<
  Record<PlaceholdersOf<(typeof messageTexts)[K]["en"]>, ParameterValue>
>;

/**
 * Makes a message; the compiler checks that every placeholder of its text is given.
 * @example message("nodeTrust.writeHosts", { path: "/etc/containerd/certs.d/harbor.example.com/hosts.toml" })
 */
export function message<K extends MessageKey>(
  key: K,
  ...parameters: PlaceholdersOf<(typeof messageTexts)[K]["en"]> extends never ? [] : [ParametersOf<K>]
): Message {
  return { key, parameters: parameters[0] ?? {} };
}

/** Puts a message into words. */
export function render(of: Message, language: Language): string {
  return fill(inLanguage(messageTexts[of.key], language), of.parameters, language);
}
