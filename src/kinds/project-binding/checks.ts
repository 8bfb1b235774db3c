import { finding, type Finding } from "../../model/finding.ts";
import { harborProjectOf } from "./harbor-project.ts";
import type { ObservedNamespace, ObservedRobot, ObservedSecret, SecretFlaw } from "./observed.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/** What a check looks at: one project's Secret and the robots that could stand behind it. */
export interface Checked {
  readonly namespace: Pick<ObservedNamespace, "name" | "robots">;
  readonly secret: ObservedSecret;
  readonly harborProject: string;
  readonly spec: ProjectBindingSpec;
  readonly now: Date;
}

/** A pure check, named for what it finds. */
type Check = (checked: Checked) => Finding | undefined;

const subjectOf = ({ namespace, secret }: Checked): string => `Secret/${namespace.name}/${secret.name}`;

/** The robot whose login name stands in the Secret. */
export function robotInUse(
  of: Pick<Checked, "namespace" | "secret" | "harborProject">,
): ObservedRobot | undefined {
  return of.namespace.robots.find(
    (r) => r.ours && r.name === of.secret.username && r.harborProject === of.harborProject,
  );
}

export function desiredPermissions(spec: ProjectBindingSpec): readonly string[] {
  return [...new Set(spec.robot.permissions)].map((action) => `repository:${action}`).sort();
}

/** How long before its end a credential is replaced, in days. */
export function renewBeforeDays({ robot }: ProjectBindingSpec): number {
  return robot.renewBeforeDays ?? robot.durationDays / 3;
}

const day = 86_400_000;
const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

const has =
  (flaw: SecretFlaw, code: Parameters<typeof finding>[0]): Check =>
  (c) =>
    c.secret.flaws.includes(flaw) ? finding(code, subjectOf(c)) : undefined;

const robotIsGone: Check = (c) =>
  robotInUse(c) === undefined
    ? finding("ROBOT_GONE", subjectOf(c), { robot: c.secret.username ?? "", project: c.harborProject })
    : undefined;

const robotIsDisabled: Check = (c) => {
  const robot = robotInUse(c);
  return robot?.disabled ? finding("ROBOT_DISABLED", subjectOf(c), { robot: robot.name }) : undefined;
};

const robotHasExpired: Check = (c) => {
  const robot = robotInUse(c);
  if (robot === undefined || robot.expiresAt < 0 || robot.expiresAt * 1000 > c.now.getTime())
    return undefined;
  return finding("ROBOT_EXPIRED", subjectOf(c), { robot: robot.name, at: dateOf(robot.expiresAt) });
};

const robotExpiresSoon: Check = (c) => {
  const robot = robotInUse(c);
  if (robot === undefined || robot.expiresAt < 0) return undefined;
  if (robot.expiresAt * 1000 - c.now.getTime() > renewBeforeDays(c.spec) * day) return undefined;
  return finding("ROBOT_EXPIRES_SOON", subjectOf(c), { robot: robot.name, at: dateOf(robot.expiresAt) });
};

const robotMayDoOtherThings: Check = (c) => {
  const robot = robotInUse(c);
  const desired = desiredPermissions(c.spec).join(", ");
  const actual = robot?.permissions.join(", ");
  if (actual === undefined || actual === desired) return undefined;
  return finding("ROBOT_PERMISSIONS_DIFFER", subjectOf(c), { actual: actual || "-", desired });
};

const robotLivesTooLong: Check = (c) => {
  const robot = robotInUse(c);
  if (robot === undefined || c.spec.robot.neverExpires) return undefined;
  if (robot.durationDays > 0 && robot.durationDays <= c.spec.robot.durationDays) return undefined;
  return finding("ROBOT_LIVES_TOO_LONG", subjectOf(c), {
    robot: robot.name,
    days: c.spec.robot.durationDays,
  });
};

const rotationWasAsked: Check = (c) =>
  c.secret.rotating !== undefined && c.secret.rotating === c.secret.username
    ? finding("ROBOT_ROTATION_ASKED", subjectOf(c), { robot: c.secret.username })
    : undefined;

const credentialIsRefused: Check = (c) =>
  c.secret.accepted === false
    ? finding("CREDENTIAL_REFUSED", subjectOf(c), { robot: c.secret.username ?? "" })
    : undefined;

/** What only a new credential mends, the plainest first. */
const needNewCredential: readonly Check[] = [
  has("wrong-type", "SECRET_WRONG_TYPE"),
  has("unreadable", "SECRET_UNREADABLE"),
  has("empty-credential", "SECRET_WITHOUT_CREDENTIAL"),
  has("other-registry", "SECRET_FOR_OTHER_REGISTRY"),
  robotIsGone,
  robotIsDisabled,
  robotHasExpired,
  robotExpiresSoon,
  robotMayDoOtherThings,
  robotLivesTooLong,
  credentialIsRefused,
  rotationWasAsked,
];

/** What writing the Secret again with the credential that it holds mends. */
const needRewriting: readonly Check[] = [
  has("key-without-scheme", "SECRET_KEY_WITHOUT_SCHEME"),
  has("several-registries", "SECRET_SEVERAL_REGISTRIES"),
  has("auth-differs", "SECRET_AUTH_DIFFERS"),
  has("force-insecure", "SECRET_FORCE_INSECURE"),
  has("metadata-differs", "SECRET_METADATA_DIFFERS"),
];

const run = (checks: readonly Check[], checked: Checked): readonly Finding[] =>
  checks.flatMap((check) => check(checked) ?? []);

/** Why the credential must be replaced; the first says it best. */
export function reasonsForNewCredential(checked: Checked): readonly Finding[] {
  const first = run(needNewCredential, checked)[0];
  return first === undefined ? [] : [first];
}

/** Whether a plan replaces a credential, whatever Harbor says to it. @param secret as it was read, not yet tried */
export function isReplacedAnyway(
  namespace: Pick<ObservedNamespace, "name" | "robots">,
  secret: ObservedSecret,
  spec: ProjectBindingSpec,
  now: Date,
): boolean {
  const harborProject = harborProjectOf(spec, namespace.name);
  if (harborProject === undefined) return false;
  return reasonsForNewCredential({ namespace, secret, harborProject, spec, now }).length > 0;
}

/** Why the Secret must be written again. */
export function reasonsForRewriting(checked: Checked): readonly Finding[] {
  return run(needRewriting, checked);
}
