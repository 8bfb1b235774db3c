import type { MoorlineError } from "../../model/errors.ts";
import type { Bilingual } from "../../text/language.ts";
import type { LiveSign } from "../causes/cause.ts";

/** What one probe learnt about one thing. */
export interface Evidence {
  /** Who asked: `manifest`, `pull-secret`. */
  readonly probe: string;
  /** The thing asked about: `pod/demo/web`, `harbor.example.com/team/app:1`. */
  readonly subject: string;
  /**
   * `fine`: as it should be. `wrong`: `sign` or `message` tells how. `unknown`: it could not be asked, or its answer
   * proves nothing; `told` says why.
   */
  readonly outcome: "fine" | "wrong" | "unknown";
  /** Beside the question: that it could not be asked leaves nothing open. */
  readonly aside?: true;
  /** What causes are recognised by. */
  readonly sign?: LiveSign;
  /** Words of a server or a kubelet, which the signs of logs are looked for in. Untrusted. */
  readonly message?: string;
  /** For people. Never a secret. */
  readonly told: MoorlineError | Bilingual;
}
