import type { Finding } from "../../model/finding.ts";
import type { Message } from "../../text/message.ts";

/** One thing looked at: it holds, or a finding says why not and what to do. */
export type Check =
  | { readonly subject: string; readonly holds: Message }
  | { readonly subject: string; readonly finding: Finding };
