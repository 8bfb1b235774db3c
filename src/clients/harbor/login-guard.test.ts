import { describe, expect, test } from "vitest";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { LoginGuard, type Attempt } from "./login-guard.ts";

const login = (secret: string) => ({ username: "ci", password: new Sensitive(secret) });

/** A server that knows one secret and counts who knocks. */
function door(right: string) {
  const sent: string[] = [];
  const attempt = (secret: string): Attempt<boolean> => ({
    subject: "door",
    send: async () => {
      sent.push(secret);
      return secret === right;
    },
    refused: (open) => !open,
    works: (open) => open,
    refusal: () =>
      new MoorlineError("HARBOR_CREDENTIAL_REFUSED", { subject: "door", parameters: { username: "ci" } }),
  });
  return { sent, attempt };
}

describe("the login guard", () => {
  test("lets one call prove a secret, and then all go", async () => {
    const { sent, attempt } = door("right");
    const guard = new LoginGuard();
    const results = await Promise.all(
      Array.from({ length: 10 }, () => guard.prove(login("right"), attempt("right"))),
    );
    expect(results.filter((r) => r === true)).toHaveLength(1);
    expect(sent).toHaveLength(1);
    await Promise.all(Array.from({ length: 3 }, () => guard.run(login("right"), attempt("right"))));
    expect(sent).toHaveLength(4);
  });

  test("sends a wrong secret once, however many want it", async () => {
    const { sent, attempt } = door("right");
    const guard = new LoginGuard();
    const tries = Array.from({ length: 10 }, () =>
      guard.run(login("wrong"), attempt("wrong")).catch(() => "held"),
    );
    expect((await Promise.all(tries)).filter((r) => r === "held")).toHaveLength(9);
    expect(sent).toEqual(["wrong"]);
  });

  test("makes the new secret wait out the lock that the old one caused", async () => {
    let now = 0;
    const { sent, attempt } = door("new");
    const guard = new LoginGuard({ now: () => now, lockMs: 20 });
    await guard.run(login("old"), attempt("old"));
    const waiting = guard.run(login("new"), attempt("new"));
    expect(sent).toEqual(["old"]);
    now = 30;
    expect(await waiting).toBe(true);
  });

  test("asks for proof again after a minute, since accounts are disabled behind our back", async () => {
    let now = 0;
    const { sent, attempt } = door("right");
    const guard = new LoginGuard({ now: () => now });
    await guard.prove(login("right"), attempt("right"));
    now = 59_000;
    await guard.prove(login("right"), attempt("right"));
    expect(sent).toHaveLength(1);
    now = 61_000;
    await guard.prove(login("right"), attempt("right"));
    expect(sent).toHaveLength(2);
  });

  test("lets the next one try when the one ahead could not reach the server", async () => {
    const { sent, attempt } = door("right");
    const guard = new LoginGuard();
    const broken: Attempt<boolean> = { ...attempt("right"), send: () => Promise.reject(new Error("reset")) };
    const [first, second] = await Promise.allSettled([
      guard.run(login("right"), broken),
      guard.run(login("right"), attempt("right")),
    ]);
    expect([first.status, second.status]).toEqual(["rejected", "fulfilled"]);
    expect(sent).toHaveLength(1);
  });

  test("keeps accounts apart", async () => {
    const { sent, attempt } = door("right");
    const guard = new LoginGuard();
    await guard.run(login("wrong"), attempt("wrong"));
    await guard.run({ username: "other", password: new Sensitive("right") }, attempt("right"));
    expect(sent).toEqual(["wrong", "right"]);
  });
});
