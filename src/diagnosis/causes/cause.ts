import type { ErrorCode } from "../../model/errors.ts";
import type { Severity } from "../../text/findings/table.ts";
import type { Bilingual } from "../../text/language.ts";
import type { Component } from "../logs/component.ts";

/** What a log line shows of a cause. */
export interface Sign {
  /** A text that every such line holds, letter for letter: with it whole files are searched at once. */
  readonly literal: string;
  /** What the message must match besides; its named groups become keys (`host`, `names`). */
  readonly pattern?: RegExp;
  /** Whose lines count; everybody's where absent. */
  readonly components?: readonly Component[];
  /** The line only repeats a failure that another one told: it counts for that one's cause where it is known. */
  readonly follows?: true;
}

/**
 * What a live probe shows: the code of the error that it met, or what it read.
 * `PULL_SECRET_NONE`, `SECRET_*` and `PULL_SECRET_*` are of the Secrets that a pod names.
 */
export type LiveSign =
  | ErrorCode
  | "LAYER_MISSING"
  | "PULL_SECRET_NONE"
  | "PULL_SECRET_ABSENT"
  | "PULL_SECRET_OTHER_HOST"
  | "SECRET_KEY"
  | "SECRET_TYPE"
  | "SECRET_UNREADABLE"
  | "HARBOR_ARTIFACT_ABSENT"
  | "HARBOR_EXTERNAL_URL"
  | "HARBOR_POLICY_SIGNATURE"
  | "HARBOR_POLICY_VULNERABILITY"
  | "HARBOR_SCANNER_ABSENT"
  | "HARBOR_STORAGE_FULL"
  | "VALIDATE_CA_UNKNOWN"
  | "VALIDATE_KUBESPHERE_DOWN"
  | "VALIDATE_LOGIN_REFUSED"
  | "CERTIFICATE_ENDS_SOON"
  | "CHAIN_INCOMPLETE"
  | "CVE_ALLOWLIST_OVER"
  | "HARBOR_COMPONENT_UNHEALTHY"
  | "HARBOR_PROJECT_ABSENT"
  | "HARBOR_QUOTA_FULL"
  | "HARBOR_READ_ONLY"
  | "HARBOR_UPSTREAM_UNHEALTHY"
  | "NETWORK_POLICY_STOPS"
  | "NETWORK_POLICY_STOPS_DNS"
  | "NODE_CLOCK_OFF"
  | "NODE_CONFIG_CONFLICT"
  | "NODE_CONFIG_UNREADABLE"
  | "NODE_CRI_DISABLED"
  | "NODE_DISK_PRESSURE"
  | "NODE_HOSTS_FILE"
  | "NODE_NOT_READY"
  | "NODE_PROXY_STOPS"
  | "NODE_PULLS_SLOWED"
  | "NODE_TRUST_DIFFERS"
  | "CERTIFICATE_WITHOUT_SAN"
  | "CLUSTER_DNS_DOWN"
  | "BINDING_NOT_READY"
  | "SERVICE_ACCOUNT_UNLINKED"
  | "ROBOT_ABSENT"
  | "ROBOT_DISABLED"
  | "ROBOT_EXPIRED"
  | "ROBOT_SECRET_OLD"
  | "ROBOT_WITHOUT_PULL";

/** Why pulls or pushes fail, as data: the log reader and the doctor name the same ones. */
export interface Cause {
  /** Stable, for machines: `AUTHORITY_UNKNOWN`. */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong, in one sentence without a full stop. */
  readonly title: Bilingual;
  readonly explanation: Bilingual;
  /** What to do now. */
  readonly fix: Bilingual;
  /** How to see that it is mended. */
  readonly proof: Bilingual;
  readonly signs: readonly Sign[];
  /** What the doctor knows it by; absent where only logs and messages tell it. */
  readonly live?: readonly LiveSign[];
  /** Codes of causes that only repeat it: where both are found, this one is told. */
  readonly explains?: readonly string[];
  /** The kind of document that declares the right state, so that applying it mends this; absent where a person must act. */
  readonly mendedBy?: "HarborCertificate" | "HarborRegistry" | "ProjectBinding";
}
