import {
  noKeyIds,
  leafWith,
  server,
  client,
  serverFor,
  harbor,
  root,
  middle,
  upper,
  lower,
  namesake,
  sha1Root,
  forServers,
  constrained,
  constrainedUri,
  constrainedName,
  withoutIds,
  withoutIdsNamesake,
} from "./openssl-authorities.ts";
import type { AddRow } from "./openssl-rows.ts";

/** What openssl and we accept: keys × names × chains, and what is unusual. */
export function addGoodRows(row: AddRow): void {
  // Valid: keys × names × chains
  const shapes = [
    ["a DNS name", harbor, { hostname: "harbor.example.com" }],
    ["a wildcard", "DNS:*.example.com", { hostname: "any.example.com" }],
    ["an IPv4 address", "IP:10.1.2.3", { ipAddress: "10.1.2.3" }],
    ["an IPv6 address", "IP:fd00::1", { ipAddress: "fd00::1" }],
    [
      "several names",
      `${harbor},DNS:localhost,IP:127.0.0.1,IP:::1,URI:spiffe://a/b,email:a@b.example`,
      { ipAddress: "::1" },
    ],
  ] as const;
  const chains = [
    ["the root", root, []],
    ["an intermediate", middle, [middle]],
    ["two intermediates", lower, [lower, upper]],
  ] as const;
  for (const key of ["p256", "p384", "rsa2048", "rsa3072"] as const)
    for (const [under, issuer, sent] of chains) {
      for (const [shape, names, wanted] of shapes)
        row(
          `${key} server with ${shape} under ${under}`,
          { key, issuer, extensions: serverFor(names) },
          { sent, ...wanted },
        );
      row(
        `${key} client under ${under}`,
        { key, issuer, extensions: leafWith(undefined, client) },
        { sent, purpose: "client" },
      );
    }

  // Valid, but unusual
  row("without extended key usage", { extensions: leafWith(harbor) });
  row("P-521", { key: "p521", extensions: serverFor(harbor) });
  row("Ed25519", { key: "ed25519", extensions: serverFor(harbor) });
  row(
    "RSA-PSS signature",
    {
      issuer: middle,
      extensions: serverFor(harbor),
      signatureOptions: ["rsa_padding_mode:pss", "rsa_pss_saltlen:32"],
    },
    { sent: [middle] },
  );
  row("an empty subject", { subject: "/", extensions: serverFor(`critical,${harbor}`) });
  row("a subject of many parts in many scripts", {
    subject: "/C=CN/ST=北京/O=示例, 公司+OU=x/CN=Zoë \\= y",
    extensions: serverFor(harbor),
  });
  row("an unknown extension that is not critical", { extensions: serverFor(harbor, "1.2.3.4.5 = DER:0500") });
  row(
    "a root whose own signature is SHA-1",
    { issuer: sha1Root, extensions: serverFor(harbor) },
    { trusted: [sha1Root] },
  );
  row(
    "the chain in another order",
    { issuer: lower, extensions: serverFor(harbor) },
    { sent: [upper, lower] },
  );
  row("the root sent along", { issuer: middle, extensions: serverFor(harbor) }, { sent: [middle, root] });
  row(
    "an authority for servers",
    { issuer: forServers, extensions: serverFor(harbor) },
    { sent: [forServers] },
  );
  row(
    "names that the authority permits",
    {
      issuer: constrained,
      extensions: serverFor("DNS:a.example.com,DNS:example.com,IP:10.1.2.3"),
    },
    { sent: [constrained] },
  );
  row(
    "an organisation that the authority permits",
    {
      issuer: constrainedName,
      subject: "/O=example/CN=harbor",
      extensions: serverFor(harbor),
    },
    { sent: [constrainedName] },
  );
  row(
    "a URI and mail address that the authority permits",
    {
      issuer: constrainedUri,
      extensions: serverFor(`${harbor},URI:https://a.example.com/x,email:me@example.com`),
    },
    { sent: [constrainedUri] },
  );
  row(
    "an intermediate trusted by itself, where partial chains are",
    {
      issuer: middle,
      extensions: serverFor(harbor),
    },
    { trusted: [middle], flags: ["-partial_chain"] },
  );
  row(
    "a root of the same name beside the right one",
    { extensions: serverFor(harbor) },
    { trusted: [namesake, root] },
  );
  row(
    "an issuer without key identifiers beside a namesake",
    {
      issuer: withoutIds,
      extensions: [...noKeyIds, server, `subjectAltName = ${harbor}`],
    },
    { trusted: [withoutIds, withoutIdsNamesake] },
  );
}
