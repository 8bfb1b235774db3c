import type { Places } from "./places.ts";

/** Where logrotate puts what a log held before. */
export const rotatedOf = (log: string): string => `${log}.1`;

/**
 * What bounds the log of clients where no apply runs for long. nginx keeps its file open, so that it is copied and emptied;
 * the copy stays readable, for it proves who came with a certificate.
 */
export function logRotation(places: Places, name: string): string {
  return `# Bounds the log of clients of HarborRegistry/${name}: as /etc/logrotate.d/moorline-${name} on Harbor's machine,
# owned by root. An apply reads what is in both files, keeps its sum and empties them.
${places.log} ${places.below.log} {
    size 16M
    rotate 1
    nodateext
    copytruncate
    nocompress
    missingok
    notifempty
    su root root
}
`;
}
