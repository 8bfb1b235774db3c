// Bundles the program into dist/: one small entry, the rest in chunks that are read when they are called for.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const version =
  typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "0.0.0";

/** `dist`, or the folder that is named. */
const folder = process.argv[2] ?? "dist";
rmSync(join(root, folder), { recursive: true, force: true });
const result = await build({
  absWorkingDir: root,
  entryPoints: ["src/main.ts"],
  outdir: folder,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  // Modules before CommonJS: imported lazily, a CommonJS chunk would offer nothing but its default.
  mainFields: ["module", "main"],
  // Compiled parts of ssh2, which does without them where they are not there.
  external: ["*.node"],
  minify: true,
  keepNames: true,
  sourcemap: "linked",
  legalComments: "linked",
  metafile: true,
  define: { MOORLINE_VERSION: JSON.stringify(version) },
  // Some dependencies are CommonJS and ask for Node's own modules by require.
  banner: {
    js: 'import { createRequire as moorlineRequire } from "node:module"; const require = moorlineRequire(import.meta.url);',
  },
});
const bytes = Object.values(result.metafile.outputs).reduce((sum, o) => sum + o.bytes, 0);
console.log(`dist: ${Object.keys(result.metafile.outputs).length} files, ${Math.round(bytes / 1024)} KiB`);
