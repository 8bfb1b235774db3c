import { quoteWord, quoteWords } from "./quote.ts";

/**
 * What is run on the other machine: POSIX sh and the coreutils that every node has (GNU's or busybox's), because SFTP
 * knows neither fsync of folders nor sudo. Words come quoted, in the script itself; the script comes on standard input.
 *
 * A failure is one line `NONCE @CODE …` or `NONCE what the program said` on standard error, and exit code 9.
 */
export interface Script {
  readonly text: string;
}

/** Where commands are looked for, as on this machine. */
const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Says on both streams that the script has begun, so that what a login shell printed before can be dropped, and which
 * process group it is (proc(5), stat field 5), so that it can be ended.
 */
const begin = (nonce: string): string => `
LC_ALL=C PATH=${usualPath}; export LC_ALL PATH; unset CDPATH ENV BASH_ENV
nonce=${nonce} group=$$
if read -r s 2>/dev/null </proc/$$/stat; then s=\${s##*) }; set -- $s; group=$3; fi
printf '\\n%s %s\\n' "$nonce" "$group"
printf '\\n%s begun\\n' "$nonce" >&2
fail() { printf '\\n%s %s\\n' "$nonce" "$*" >&2; exit 9; }
`;

const common = `
umask 077
# go FOLDER: makes it the working folder, links followed.
go() {
  a=$(stat -L -c %f -- "$1" 2>&1) || fail "$a"
  case $a in 4???) ;; *) fail @ENOTDIR;; esac
  cd -P -- "$1" 2>/dev/null || fail @EACCES
}
# follow NAME: sets name to the file that NAME leads to in this folder.
follow() {
  name=$1
  if [ -L "./$name" ]; then
    real=$(readlink -f -- "./$name" 2>/dev/null) || fail @ELOOP
    here=$(pwd -P); here=\${here%/}/
    case $real in
      "$here"*) real=\${real#"$here"};;
      *) real=/;;
    esac
    case $real in ''|*/*) fail @LEAVES "$(readlink -- "./$name")";; esac
    name=$real
  fi
  [ ! -d "./$name" ] || fail @EISDIR
}
`;

/** $1 file, $2 most bytes. Answers a line of attributes, then the bytes. */
const read = `
a=$(stat -L -c %f -- "$1" 2>&1) || fail "$a"
case $a in 8???) ;; *) fail @EISDIR;; esac
exec 3<"$1"
a=$(stat -L -c '%f %u %g %s %i' /proc/self/fd/0 <&3 2>&1) || fail "$a"
max=$2; set -- $a
[ "$4" -le "$max" ] || fail @LARGE
printf '%s\\n' "$a"
exec head -c $((max + 1)) <&3
`;

/** $1 path. Answers a line of attributes. */
const stat = `
a=$(stat -L -c '%f %u %g %s %i' -- "$1" 2>&1) || fail "$a"
printf '%s\\n' "$a"
`;

/** $1 folder. Answers NUL-ended entries, each a letter for its type and its name. */
const list = `
go "$1"
[ -r . ] || fail @EACCES
for e in .* *; do
  case $e in .|..) continue;; esac
  if [ -L "./$e" ]; then t=l; elif [ -f "./$e" ]; then t=f; elif [ -d "./$e" ]; then t=d
  elif [ -e "./$e" ]; then t=o; else continue; fi
  printf '%s\\0' "$t$e"
done
`;

/** $1 folder, $2 name, $3 mode, $4 uid, $5 gid, $6 "keep" or nothing, $7 size; the bytes follow on standard input. */
const write = `
go "$1"
follow "$2"
for t in "./.$name.moorline-"*; do
  rest=\${t#"./.$name.moorline-"}
  case $rest in *-*-*|*-) continue;; *-*) ;; *) continue;; esac
  pid=\${rest%%-*}
  case $pid in ''|*[!0-9]*) continue;; esac
  if [ -d "/proc/$pid" ] && [ "$pid" != "$$" ]; then continue; fi
  rm -f -- "$t"
done
temporary="./.$name.moorline-$$-0"
trap 'rm -f -- "$temporary"' EXIT
trap 'exit 9' HUP INT TERM PIPE
set -C
exec 4>"$temporary"
set +C
uid=$4 gid=$5
if [ "$6" = keep ] && [ -e "./$name" ]; then
  owner=$(stat -L -c '%u %g' -- "./$name" 2>&1) || fail "$owner"
  uid=\${uid:-\${owner% *}} gid=\${gid:-\${owner#* }}
fi
if [ -n "$uid$gid" ]; then
  e=$(chown -- "$uid\${gid:+:$gid}" "$temporary" 2>&1) || fail "$e"
fi
e=$(chmod -- "$3" "$temporary" 2>&1) || fail "$e"
e=$(dd bs=65536 conv=fsync 2>&1 >&4) || fail "$e"
exec 4>&-
[ "$(stat -c %s -- "$temporary")" = "$7" ] || fail @CUT
e=$(mv -f -- "$temporary" "./$name" 2>&1) || fail "$e"
trap - EXIT
sync . 2>/dev/null || sync
`;

/**
 * $1 folder, $2 name, $3 size, $4 characters of base64; the base64 of the bytes follows on standard input. New and old
 * bytes are held in memory, so that nothing is touched before all has arrived, no second copy of a key reaches the
 * disk, and what was there can be put back. From the first write on, signals of a lost connection wait.
 */
const overwrite = `
go "$1"
follow "$2"
f="./$name"
a=$(stat -L -c '%f %s' -- "$f" 2>&1) || fail "$a"
case $a in 8???' '*) ;; *) fail @EISDIR;; esac
exec 4<>"$f"
exec 4>&-
was=\${a#* } size=$3
new=$(cat)
[ "\${#new}" = "$4" ] || fail @CUT
old=$(base64 <"$f" | tr -d '\\n')
bytes() { printf %s "$1" | base64 -d; }
cutAt() { dd of="$f" bs=1 seek="$1" count=0 conv=fsync </dev/null 2>&1; }
restore() { cutAt "$was" >/dev/null; bytes "$old" | dd of="$f" bs=65536 conv=notrunc,fsync 2>/dev/null; fail "$1"; }
trap '' HUP INT TERM PIPE
kept=$size
if [ "$size" -gt "$was" ]; then
  kept=$was
  e=$(bytes "$new" | tail -c "+$((was + 1))" | dd bs=65536 conv=notrunc,fsync 2>&1 >>"$f") || restore "$e"
fi
if [ "$kept" -gt 0 ]; then
  e=$(bytes "$new" | head -c "$kept" | dd of="$f" bs=65536 conv=notrunc,fsync 2>&1) || restore "$e"
fi
if [ "$size" -lt "$was" ]; then e=$(cutAt "$size") || restore "$e"; fi
[ "$(base64 <"$f" | tr -d '\\n')" = "$new" ] || restore @EIO
`;

/** $1 folder, $2 name. */
const remove = `
go "$1"
a=$(stat -c %f -- "./$2" 2>&1) || fail "$a"
case $a in
  4???) e=$(rmdir -- "./$2" 2>&1) || fail "$e";;
  *) e=$(rm -f -- "./$2" 2>&1 </dev/null) || fail "$e";;
esac
sync . 2>/dev/null || sync
`;

/** $1 mode, $2 folder. What was made goes again where the rest can not be made. */
const makeDirectory = `
mode=$1
set -f; IFS=/; set -- $2; unset IFS; set +f
here= made=0
undo() {
  [ -d "$here" ] || here=\${here%/*}
  while [ "$made" -gt 0 ]; do rmdir -- "$here"; here=\${here%/*}; made=$((made - 1)); done 2>/dev/null
  fail "$1"
}
for part do
  [ -n "$part" ] || continue
  here=$here/$part
  [ ! -d "$here" ] || continue
  if e=$(mkdir -m 755 -- "$here" 2>&1); then made=$((made + 1)); else [ -d "$here" ] || undo "$e"; fi
done
[ "$made" -gt 0 ] || exit 0
e=$(chmod -- "$mode" "$here" 2>&1) || undo "$e"
while [ "$made" -gt 0 ]; do
  here=\${here%/*}; made=$((made - 1))
  sync "\${here:-/}" 2>/dev/null || sync
done
`;

const bodies = { read, stat, list, write, overwrite, remove, makeDirectory } as const;

export type FileOperation = keyof typeof bodies;

/** The script of an operation on files. */
export function fileScript(operation: FileOperation, words: readonly string[], nonce: string): Script {
  return { text: `${begin(nonce)}${common}set -- ${quoteWords(words)}\n${bodies[operation]}` };
}

/** The script that becomes a command. @param environment names are checked by the caller */
export function commandScript(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  nonce: string,
): Script {
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quoteWord(value)}\n`);
  return {
    text: `${begin(nonce)}${exports.join("")}set -- ${quoteWords(argv)}
found=ENOENT
try() { if [ -f "$1" ]; then if [ -x "$1" ]; then found=yes; else found=EACCES; fi; elif [ -e "$1" ]; then found=EACCES; fi; }
case $1 in
  -*) ;;
  */*) try "$1";;
  *) set -f; IFS=:; for d in $PATH; do [ "$found" = yes ] || try "$d/$1"; done; unset IFS; set +f;;
esac
[ "$found" = yes ] || fail @NOCOMMAND "$found"
cd /
exec "$@"
`,
  };
}

/** The script that ends a process group: asks first, and two seconds later does not ask. */
export function killScript(group: number, nonce: string): Script {
  return {
    text: `${begin(nonce)}
kill -s TERM -- -${group} 2>/dev/null || exit 0
sleep 1
kill -s 0 -- -${group} 2>/dev/null || exit 0
sleep 1
kill -s KILL -- -${group} 2>/dev/null
`,
  };
}

/**
 * What is handed to the login shell, whichever that is (sh, bash, zsh, fish and csh read it alike): a shell that takes
 * exactly the script's bytes from standard input and leaves the rest for the script. No word of anybody's stands here,
 * so that none shows in the machine's list of processes.
 */
export function loginCommand(scriptBytes: number, sudo: boolean): string {
  const shell = `/bin/sh -c 'eval "$(dd bs=1 count=${scriptBytes} 2>/dev/null)"'`;
  return sudo ? `exec sudo -n -- ${shell}` : `exec ${shell}`;
}
