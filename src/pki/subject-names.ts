import { domainToASCII } from "node:url";
import { MoorlineError } from "../model/errors.ts";
import type { Bilingual } from "../text/language.ts";
import { ipFromBytes, ipToBytes } from "./ip.ts";

/** The names of a certificate that is to be, checked and in the form that certificates hold. */
export interface SubjectNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
}

const longestDnsName = 253;
/** RFC 5280 appendix A: ub-common-name and ub-organization-name, in characters. */
const longestSubjectPart = 64;
/** LDH labels; an underscore is no host name (RFC 1123 §2.1). */
const dnsName = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * Checks names and brings them into the form of certificates: lower case, IDNA as A-labels, shortest IPv6, no doubles.
 * @throws MoorlineError PKI_NAME_INVALID naming the first that cannot stand in a certificate
 */
export function checkNames(
  given: { dnsNames?: readonly string[]; ipAddresses?: readonly string[]; uris?: readonly string[] },
  subject: string,
): SubjectNames {
  return {
    dnsNames: unique((given.dnsNames ?? []).map((name) => checkDnsName(name, subject))),
    ipAddresses: unique((given.ipAddresses ?? []).map((address) => checkIpAddress(address, subject))),
    uris: unique((given.uris ?? []).map((uri) => checkUri(uri, subject))),
  };
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];

export function checkDnsName(name: string, subject: string): string {
  if (ipToBytes(name) !== undefined)
    throw invalid(subject, name, {
      en: "it is an IP address, which belongs among the IP addresses",
      zh: "这是 IP 地址，应放在 IP 地址列表中",
    });
  const wildcard = name.startsWith("*.");
  const host = wildcard ? name.slice(2) : name;
  const ascii = (wildcard ? "*." : "") + toAscii(host);
  if (!dnsName.test(ascii) || ascii.length > longestDnsName)
    throw invalid(subject, name, {
      en: "it is not a DNS name: letters, digits and hyphens between dots, at most 253 characters, no port or path",
      zh: "不是合法的 DNS 名称：由点分隔的字母、数字与连字符组成，最长 253 个字符，不含端口或路径",
    });
  // OpenSSL asks for two labels after a wildcard, and so do browsers
  if (wildcard && ascii.split(".").length < 3)
    throw invalid(subject, name, {
      en: "no client accepts a wildcard directly under a top-level name",
      zh: "客户端不接受直接位于顶级域名之下的通配符",
    });
  return ascii;
}

/**
 * IDNA's A-labels. The URL parser behind domainToASCII also drops line breaks, decodes % and turns digits into addresses,
 * so it sees nothing but letters, marks and digits, and not at all what is ASCII already.
 * @returns the empty string for what is no name
 */
export function toAscii(host: string): string {
  if (/^[\x20-\x7e]*$/.test(host)) return host.toLowerCase();
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(host)) return "";
  const ascii = domainToASCII(host);
  return ipToBytes(ascii) === undefined ? ascii : "";
}

function checkIpAddress(address: string, subject: string): string {
  const bytes = ipToBytes(address);
  if (bytes === undefined)
    throw invalid(subject, address, {
      en: "it is not an IPv4 or IPv6 address",
      zh: "不是 IPv4 或 IPv6 地址",
    });
  return ipFromBytes(bytes);
}

/** @throws MoorlineError PKI_NAME_INVALID */
export function checkUri(uri: string, subject: string): string {
  // RFC 5280 §4.2.1.6: absolute, IA5
  if (!URL.canParse(uri) || !/^[\x21-\x7e]+$/.test(uri))
    throw invalid(subject, uri, {
      en: "it is not an absolute URI in ASCII",
      zh: "不是由 ASCII 字符组成的绝对 URI",
    });
  return uri;
}

/** @throws MoorlineError PKI_NAME_INVALID where a common name or organisation is empty, too long or not printable */
export function checkSubjectPart(value: string, subject: string): string {
  if (value.trim() === "" || value.length > longestSubjectPart || /\p{Cc}/u.test(value))
    throw invalid(subject, value, {
      en: "a common name or organisation has 1 to 64 printable characters",
      zh: "通用名称或组织名称应为 1 到 64 个可见字符",
    });
  return value;
}

function invalid(subject: string, name: string, reason: Bilingual): MoorlineError {
  return new MoorlineError("PKI_NAME_INVALID", { subject, parameters: { name, reason } });
}
