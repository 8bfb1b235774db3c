#!/usr/bin/env node
// Plain JavaScript that any Node.js can read: an old one gets a clear message, not a syntax error.
const needed = 24;
const major = Number(process.versions.node.split(".")[0]);
if (major < needed) {
  const chinese = /^zh/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || "");
  process.stderr.write(
    chinese
      ? `✗ Node.js ${process.versions.node} 版本过低：Moorline 需要 Node.js ${needed} 或更高版本。\n  请通过 npm 运行（\`npm start\`、\`npm run moorline -- …\`，自带 Node.js），或安装 Node.js ${needed}。\n`
      : `✗ Node.js ${process.versions.node} is too old: Moorline needs Node.js ${needed} or newer.\n  Run it through npm (\`npm start\`, \`npm run moorline -- …\`), which brings its own Node.js, or install Node.js ${needed}.\n`,
  );
  process.exitCode = 1;
} else {
  await import("../dist/main.js");
}
