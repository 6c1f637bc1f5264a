// Which program the extension starts, as the user sees it: a folder that is not trusted cannot choose one,
// the status dialog names it, and one that is too old or missing is explained with buttons that help.
//
// usage: node program.mjs PORT FOLDER MACHINE_SETTINGS BAIT
//
// FOLDER has a `digits.neural` with a mistake and asks, in its own settings, for BAIT: a program that is too
// old and that leaves a file `BAIT.ran` whenever it runs. MACHINE_SETTINGS is the file of the user's settings
// for this machine.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { openFile, PATIENCE, runCommand, steps, withPage } from "./browser.mjs";

const [port, folder, machineSettings, bait] = process.argv.slice(2);
const address = `http://127.0.0.1:${port}/?folder=${resolve(folder)}`;
const { step, finish } = steps("program");

function choose(program) {
  writeFileSync(machineSettings, JSON.stringify({ "neural-analyzer.server.path": program }));
}

/** The message with this text, and its button. */
function message(page, text) {
  const toast = page.locator(".notification-toast", { hasText: text }).first();
  return { toast, button: (name) => toast.getByRole("button", { name }) };
}

async function status(page) {
  await runCommand(page, "Neural: Server Status");
  const dialog = page.locator(".monaco-dialog-box", { hasText: "neural-analyzer server" });
  await dialog.waitFor(PATIENCE);
  return { dialog, text: await dialog.innerText() };
}

await withPage({ width: 1200, height: 760 }, async (page) => {
  const squiggle = page.locator(".editor-instance .squiggly-error").first();
  choose("");
  await page.goto(address, { waitUntil: "domcontentloaded" });
  await openFile(page, "digits.neural");

  await step(page, "in a folder that is not trusted, the mistake is shown all the same", async () => {
    await page.getByText("Restricted Mode").first().waitFor(PATIENCE);
    await squiggle.waitFor(PATIENCE);
  });

  await step(page, "the program that the folder asks for was not run", () => {
    assert.match(JSON.stringify(readdirSync(join(folder, ".vscode"))), /settings\.json/);
    assert(!existsSync(`${bait}.ran`), "the folder's program has run");
  });

  let before;
  await step(page, "the status dialog names the program inside the extension, and its version", async () => {
    const { dialog, text } = await status(page);
    assert.match(text, /The neural-analyzer server is running\./);
    assert.match(text, /extensions\/neural-analyzer\.neural-analyzer-.*\/server\/neural-analyzer \(found by: bundled\), version \d+\.\d+\.\d+/);
    before = /Process (\d+), running for/.exec(text)?.[1];
    assert(before, text);
    assert.match(text, /1 network is open; the slowest took \d+\.\d ms to check\.\s+Mistakes are shown while you type\./);
    await dialog.getByRole("button", { name: "Restart" }).click();
    await dialog.waitFor({ state: "hidden", ...PATIENCE });
  });

  await step(page, "its button restarts the server", async () => {
    for (let tries = 0; ; tries++) {
      const { dialog, text } = await status(page);
      await dialog.getByRole("button", { name: /^(OK|Cancel)$/ }).first().click();
      await dialog.waitFor({ state: "hidden", ...PATIENCE });
      const now = /Process (\d+), running for/.exec(text)?.[1];
      if (now && now !== before) {
        return;
      }
      assert(tries < 50, text);
    }
  });

  await step(page, "a program that is too old is named, with the version that is needed", async () => {
    choose(bait);
    const { toast, button } = message(page, "needs 0.1.0 or later");
    await toast.waitFor(PATIENCE);
    assert.match(await toast.innerText(), /is neural-analyzer 0\.0\.9; this extension needs 0\.1\.0 or later/);
    // The same program that the folder asked for: had it been taken, it would have left this file.
    assert(existsSync(`${bait}.ran`));
    await squiggle.waitFor({ state: "detached", ...PATIENCE });
    const { dialog, text } = await status(page);
    assert.match(text, /The neural-analyzer server is stopped\.[\s\S]*needs 0\.1\.0 or later/);
    await dialog.getByRole("button", { name: /^(OK|Cancel)$/ }).first().click();
    await dialog.waitFor({ state: "hidden", ...PATIENCE });
    await button("Open Settings").click();
    const setting = page.locator(".settings-editor .setting-item-contents", { hasText: "that is started" }).first();
    await setting.waitFor(PATIENCE);
    assert.equal(await setting.locator("input").first().inputValue(), bait);
    await page.keyboard.press("Escape");
    await setting.waitFor({ state: "hidden", ...PATIENCE });
  });

  await step(page, "a program that is missing is named, and the page on installing opens", async () => {
    const missing = join(dirname(bait), "nowhere", "neural-analyzer");
    choose(missing);
    const { toast, button } = message(page, "which is no program that can be run");
    await toast.waitFor(PATIENCE);
    assert((await toast.innerText()).includes(missing));
    await button("How to Install").click();
    await page.locator(".tab", { hasText: /Preview readme/i }).first().waitFor(PATIENCE);
  });

  await step(page, "once it is there, Try Again starts it", async () => {
    choose(bait);
    const { toast, button } = message(page, "needs 0.1.0 or later");
    await toast.waitFor(PATIENCE);
    copyFileSync(process.env.NEURAL_ANALYZER, `${bait}.new`);
    renameSync(`${bait}.new`, bait);
    await button("Try Again").click();
    await openFile(page, "digits.neural");
    await squiggle.waitFor(PATIENCE);
    const { text } = await status(page);
    assert(text.includes(`${bait} (found by: setting)`), text);
  });
});

finish();
