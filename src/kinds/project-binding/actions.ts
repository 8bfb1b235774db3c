import type { Slot } from "./ownership.ts";

/** What a project is given; only what is named is set. */
export interface ProjectSettings {
  readonly public?: boolean;
  readonly autoScan?: boolean;
  readonly preventVulnerable?: boolean;
  readonly severity?: string;
  /** Bytes; -1 is unlimited. */
  readonly storageLimit?: number;
}

/** The Secret as it was when the plan was made: a write goes through only while it still is. */
export interface SecretAt {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** How one service account's list of pull secrets changes; what others put there stays. */
export interface LinkChange {
  readonly name: string;
  readonly resourceVersion: string;
  readonly current: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

export type BindingAction =
  | { readonly type: "create-project"; readonly name: string; readonly settings: ProjectSettings }
  | { readonly type: "update-project"; readonly name: string; readonly settings: ProjectSettings }
  | { readonly type: "delete-project"; readonly name: string }
  | {
      readonly type: "issue-credential";
      readonly namespace: string;
      readonly harborProject: string;
      readonly slot: Slot;
      /** Which cluster the robot is for, in its name and description. */
      readonly cluster: string;
      /** Robots of ours that stand in the slot's way; nobody uses them. */
      readonly clear: readonly number[];
      /** What is replaced; absent where the Secret is created. */
      readonly replaces?: SecretAt;
      /** The robot that the Secret holds stays for a while; when it was replaced is written down. */
      readonly keepsOld: boolean;
      /** The Secret remembers that Moorline made the Harbor project; without that it is never deleted. */
      readonly marksProject: boolean;
      /** The Secret's type can not be changed, so it is made anew. */
      readonly recreate: boolean;
    }
  | {
      readonly type: "mend-secret";
      readonly namespace: string;
      readonly harborProject: string;
      readonly secret: SecretAt;
    }
  | { readonly type: "link"; readonly namespace: string; readonly accounts: readonly LinkChange[] }
  | {
      readonly type: "remove-robots";
      readonly namespace: string;
      readonly robots: readonly number[];
      /** Written first, so that no other run that still holds one of these robots' secrets can store it. */
      readonly fence?: SecretAt;
    }
  | { readonly type: "delete-secret"; readonly namespace: string; readonly secret: SecretAt };
