// Chromium with VS Code in it: started, opened at a folder, looked at.
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { chromium } = createRequire(join(process.env.PLAYWRIGHT, "package.json"))("playwright-core");

/** Runs `use` with a page of a fresh browser. */
export async function withPage(size, use) {
  const profile = mkdtempSync(join(tmpdir(), "neural-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM,
    headless: true,
    viewport: size,
    deviceScaleFactor: 1,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    return await use(context.pages()[0] ?? (await context.newPage()));
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Named checks with a line for each, a picture of those that fail, and an exit status. */
export function steps(name) {
  let [passed, failed] = [0, 0];
  const step = async (page, title, body) => {
    try {
      await body();
      passed++;
      console.log(`ok    ${title}`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${title}\n${error.stack}`);
      if (process.env.FAILURES) {
        await page.screenshot({ path: join(process.env.FAILURES, `${name}-${failed}.png`) });
      }
    }
  };
  const finish = () => {
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
  };
  return { step, finish };
}

/** How long anything may take: the machine may be busy with other things. */
export const PATIENCE = { timeout: 120_000 };

/** Runs a command by its title, from the command palette. */
export async function runCommand(page, title) {
  const row = page.locator(".quick-input-widget .monaco-list-row", { hasText: title }).first();
  for (let tries = 0; ; tries++) {
    await page.keyboard.press("F1");
    await page.locator(".quick-input-widget input").first().waitFor(PATIENCE);
    await page.keyboard.type(title);
    if (await row.waitFor({ timeout: 10_000 }).then(() => true, () => false)) {
      break;
    }
    if (tries === 10) {
      throw new Error(`there is no command ${title}`);
    }
    await page.keyboard.press("Escape");
  }
  await row.click(PATIENCE);
}

/** Shows a file of the folder that is open. */
export async function openFile(page, name) {
  await page.waitForSelector(".monaco-workbench", PATIENCE);
  const row = page.locator(".explorer-folders-view .monaco-list-row", { hasText: name });
  await row.first().dblclick(PATIENCE);
  await page.locator(".tab.active", { hasText: name }).waitFor(PATIENCE);
}

/** The lines of the editor as they are drawn, hints among them. */
export async function drawnLines(page) {
  const lines = page.locator(".editor-instance .view-lines .view-line");
  const tops = await lines.evaluateAll((all) => all.map((line) => [line.getBoundingClientRect().top, line.innerText]));
  return tops.sort((a, b) => a[0] - b[0]).map(([, text]) => text.replaceAll("\u00a0", " "));
}

/** Where a piece of the text is drawn: the first match of a regular expression inside one run of characters. */
export async function boxOf(page, pattern) {
  const box = await page.evaluate((source) => {
    const wanted = new RegExp(source);
    for (const line of document.querySelectorAll(".editor-instance .view-lines .view-line")) {
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      for (let node; (node = walker.nextNode()); ) {
        const match = wanted.exec(node.data);
        if (match) {
          const range = document.createRange();
          range.setStart(node, match.index);
          range.setEnd(node, match.index + match[0].length);
          const { x, y, width, height } = range.getBoundingClientRect();
          return { x, y, width, height };
        }
      }
    }
    return null;
  }, pattern.source);
  if (!box) {
    throw new Error(`${pattern} is not drawn in\n${(await drawnLines(page)).join("\n")}`);
  }
  return box;
}

/** Moves the mouse to the middle of a box, from a little way off so that the editor sees it move. */
export async function hover(page, { x, y, width, height }) {
  await page.mouse.move(x + width / 2 - 40, y + height / 2 + 60);
  await page.mouse.move(x + width / 2, y + height / 2, { steps: 5 });
}
