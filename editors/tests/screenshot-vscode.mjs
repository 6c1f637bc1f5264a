// One picture of VS Code: a network with its shapes, and the mistake with its message.
//
// usage: node screenshot-vscode.mjs PORT FOLDER PICTURE
import { resolve } from "node:path";

import { boxOf, hover, openFile, withPage } from "../vscode/test/browser.mjs";

const [port, folder, picture] = process.argv.slice(2);

await withPage({ width: 900, height: 560 }, async (page) => {
  await page.goto(`http://127.0.0.1:${port}/?folder=${resolve(folder)}`, { waitUntil: "domcontentloaded" });
  await openFile(page, "digits.neural");
  await page.locator(".squiggly-error").first().waitFor({ timeout: 60_000 });
  await page.keyboard.press("Control+B");
  await page.locator(".view-line", { hasText: "→ 13×13×32" }).first().waitFor({ timeout: 20_000 });
  await page.waitForTimeout(1500);
  const fixes = page.locator(".monaco-hover:not(.hidden)", { hasText: "does not fit" }).getByText("Quick Fix...").first();
  for (let tries = 0; tries < 5 && !(await fixes.isVisible()); tries++) {
    await hover(page, await boxOf(page, /15/));
    await fixes.waitFor({ timeout: 4000 }).catch(() => {});
  }
  await page.waitForTimeout(500);
  await page.screenshot({ path: picture });
});
