import { describe, expect, test } from "vitest";
import { proxyFor, proxySettings } from "./forward-proxy.ts";

const target = { host: "harbor.example.com", port: 443 };
const through = (noProxy: string, to = target): boolean =>
  proxyFor({ httpsProxy: "http://proxy.example:3128", noProxy }, to) !== undefined;

describe("the proxy that a Go program asks", () => {
  test.each([
    ["harbor.example.com", "its name"],
    ["example.com", "a domain above it"],
    [".example.com", "a domain's names"],
    ["*.example.com", "a domain's names with a star"],
    ["HARBOR.Example.com", "capitals"],
    ["a.example, harbor.example.com:443 ,b", "one of several, with its port"],
    ["*", "everything"],
  ])("is none where NO_PROXY is %s (%s)", (noProxy) => {
    expect(through(noProxy)).toBe(false);
  });

  test.each([
    ["", "nothing"],
    [".harbor.example.com", "only its own subdomains"],
    ["xample.com", "the end of a label"],
    ["harbor.example.com:8443", "another port"],
    ["10.0.0.0/8", "addresses, since names are not resolved"],
    ["10.0.0.0/99", "what is no CIDR"],
  ])("is asked where NO_PROXY is %j (%s)", (noProxy) => {
    expect(through(noProxy)).toBe(true);
  });

  test.each([
    ["10.0.0.0/8", "10.1.2.3", false],
    ["10.0.0.0/8", "11.1.2.3", true],
    ["10.1.2.3", "10.1.2.3", false],
    ["10.1.2.3:443", "10.1.2.3", false],
    ["fd00::/8", "fd00::1", false],
    ["[fd00::1]:443", "fd00::1", false],
    ["", "127.0.0.9", false],
    ["", "::1", false],
    ["", "localhost", false],
  ])("of NO_PROXY=%s and the address %s: %s", (noProxy, host, isAsked) => {
    expect(through(noProxy, { host, port: 443 })).toBe(isAsked);
  });

  test.each([
    ["http://proxy.example:3128", { host: "proxy.example", port: 3128, scheme: "http" }],
    ["proxy.example:3128", { host: "proxy.example", port: 3128, scheme: "http" }],
    ["https://proxy.example", { host: "proxy.example", port: 443, scheme: "https" }],
    ["socks5://proxy.example", { host: "proxy.example", port: 1080, scheme: "socks" }],
    ["http://[::2]:3128", { host: "::2", port: 3128, scheme: "http" }],
    [
      "http://me:p%40ss@proxy.example/",
      { host: "proxy.example", port: 80, userinfo: "me:p@ss", scheme: "http" },
    ],
  ])("reads %s", (httpsProxy, address) => {
    expect(proxyFor({ httpsProxy, noProxy: "" }, target)).toEqual(address);
  });

  test("what is no URL is no proxy", () => {
    expect(proxyFor({ httpsProxy: "http://", noProxy: "" }, target)).toBeUndefined();
  });

  test("capitals count before small letters, and an empty one does not", () => {
    expect(proxySettings({ HTTPS_PROXY: "a", https_proxy: "b", NO_PROXY: "", no_proxy: "c" })).toEqual({
      httpsProxy: "a",
      noProxy: "c",
    });
    expect(proxySettings({}).httpsProxy).toBeUndefined();
  });
});
