// Bundles the extension into one file; with `--tests` also the tests, each into a file of its own.
import { build } from "esbuild";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const common = { absWorkingDir: root, bundle: true, platform: "node", format: "cjs", target: "node20" };

await build({
  ...common,
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.js",
  external: ["vscode"],
  minify: true,
});

if (process.argv.includes("--tests")) {
  const tests = readdirSync(join(root, "test")).filter((name) => name.endsWith(".ts"));
  await build({
    ...common,
    entryPoints: tests.map((name) => `test/${name}`),
    outdir: "out",
    external: ["vscode", "vscode-oniguruma"],
    sourcemap: "inline",
  });
}
