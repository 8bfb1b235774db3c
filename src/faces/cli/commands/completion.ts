import type { Command } from "../command.ts";
import { commonOptions } from "../options.ts";

export const completion: Command = {
  name: "completion",
  summary: {
    en: "Print a completion script for bash, zsh or fish.",
    zh: "输出 bash、zsh 或 fish 的补全脚本。",
  },
  arguments: [
    { name: "SHELL", description: { en: "bash, zsh or fish", zh: "bash、zsh 或 fish" }, optional: true },
  ],
  examples: [
    {
      command: "source <(moorline completion bash)",
      explanation: {
        en: "For this shell; put it into ~/.bashrc to keep it.",
        zh: "仅对当前 shell 生效；写入 ~/.bashrc 可长期使用。",
      },
    },
  ],
  run: async ({ io, catalogue, arguments: [shell] }) => {
    const commands = await Promise.all(
      catalogue.map(async (c) => ({ name: c.name, command: await c.load() })),
    );
    const words = commands.map(({ name, command }) => ({
      name,
      summary: command.summary.en,
      options: [...(command.options ?? []), ...commonOptions].map((o) => `--${o.name}`),
    }));
    const name = shell ?? /([^/]+)$/.exec(io.environment.SHELL ?? "bash")?.[1];
    io.out(name === "fish" ? fish(words) : name === "zsh" ? zsh(words) : bash(words));
    return 0;
  },
};

type Words = readonly {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly string[];
}[];

function bash(words: Words): string {
  const first = [...new Set(words.map((w) => w.name.split(" ")[0]))].join(" ");
  const groups = [
    ...new Set(words.filter((w) => w.name.includes(" ")).map((w) => w.name.split(" ")[0] ?? "")),
  ];
  const second = groups.map((g) => {
    const rest = words.filter((w) => w.name.startsWith(`${g} `)).map((w) => w.name.slice(g.length + 1));
    return `    ${g}) [ "$COMP_CWORD" = 2 ] && words="${rest.join(" ")}" ;;`;
  });
  const options = words.map((w) => `    "${w.name}") options="${w.options.join(" ")}" ;;`);
  return `# moorline completion for bash
_moorline() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words="" options=""
  [ "$COMP_CWORD" = 1 ] && words="${first}"
  case "\${COMP_WORDS[1]}" in
${second.join("\n")}
  esac
  case "\${COMP_WORDS[1]}" in
${groups.map((g) => `    ${g}) local command="${g} \${COMP_WORDS[2]}" ;;`).join("\n")}
    *) local command="\${COMP_WORDS[1]}" ;;
  esac
  case "$command" in
${options.join("\n")}
  esac
  if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$current"))
  else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _moorline moorline
`;
}

function zsh(words: Words): string {
  return `#compdef moorline
# moorline completion for zsh
autoload -U +X bashcompinit && bashcompinit
${bash(words)}`;
}

function fish(words: Words): string {
  return words
    .flatMap((w) => {
      const [group, sub] = w.name.split(" ");
      const when = sub === undefined ? "__fish_use_subcommand" : `__fish_seen_subcommand_from ${group}`;
      const seen =
        sub === undefined ? `__fish_seen_subcommand_from ${group}` : `__fish_seen_subcommand_from ${sub}`;
      return [
        ...(sub === undefined ? [] : [`complete -c moorline -n __fish_use_subcommand -a ${group}`]),
        `complete -c moorline -n "${when}" -a "${sub ?? group}" -d "${w.summary}"`,
        ...w.options.map((o) => `complete -c moorline -n "${seen}" -l ${o.slice(2)}`),
      ];
    })
    .map((line) => `${line}\n`)
    .join("");
}
