// Runs the tests of the extension host: opens the workspace with the test module named in the
// address, passes its output on, and ends as it ends.
//
// usage: node host-runner.mjs PORT WORKSPACE HARNESS TEST_MODULE
import { resolve } from "node:path";

import { withPage } from "./browser.mjs";

const [port, workspace, harness, module] = process.argv.slice(2);
const host = `127.0.0.1:${port}`;
const remote = (path) => `vscode-remote://${host}${resolve(path)}`;
const payload = JSON.stringify([
  ["extensionDevelopmentPath", remote(harness)],
  ["extensionTestsPath", remote(module)],
]);
const address = `http://${host}/?workspace=${resolve(workspace)}&payload=${encodeURIComponent(payload)}`;
const LIMIT_MS = 1_500_000;

const code = await withPage({ width: 1200, height: 800 }, async (page) => {
  let finish;
  const finished = new Promise((done) => (finish = done));
  await page.exposeFunction("codeAutomationExit", finish);
  await page.exposeFunction("codeAutomationLog", () => {});
  page.on("console", (message) => {
    // `%c[Extension Host] %cTEST …` with a colour for each `%c`.
    const text = /TEST ([\s\S]*?)(?: color: .*)?$/.exec(message.text());
    if (text) {
      console.log(text[1].trim());
    }
  });
  await page.goto(address, { waitUntil: "domcontentloaded" });
  const late = setTimeout(() => finish("out of time"), LIMIT_MS);
  const code = await finished;
  clearTimeout(late);
  if (code !== 0 && process.env.FAILURES) {
    await page.screenshot({ path: `${process.env.FAILURES}/host.png` });
  }
  return code;
});
if (code !== 0) {
  console.log(`FAIL  the extension host ended with: ${code}`);
  process.exit(1);
}
