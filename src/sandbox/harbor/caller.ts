import type { Permission, Robot, User } from "./records.ts";
import type { Claims } from "./token.ts";

/** Who asks. `anonymous` also stands for wrong credentials: Harbor goes on without an identity. */
export type Caller =
  | { readonly kind: "anonymous" }
  | { readonly kind: "user"; readonly name: string; readonly user: User }
  | {
      readonly kind: "robot";
      readonly name: string;
      readonly robot: Robot;
      readonly permissions: readonly Permission[];
    }
  | { readonly kind: "token"; readonly name: string; readonly claims: Claims };
