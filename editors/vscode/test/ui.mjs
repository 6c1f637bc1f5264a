// What the eye sees in VS Code: where the squiggle is drawn, the hints, the hover, the problems
// panel, and the fix by the keyboard.
//
// usage: node ui.mjs PORT FOLDER      FOLDER has a `digits.neural` with a kernel that is too large
import assert from "node:assert/strict";
import { resolve } from "node:path";

import { boxOf, drawnLines, hover, openFile, PATIENCE, steps, withPage } from "./browser.mjs";

const [port, folder] = process.argv.slice(2);
const address = `http://127.0.0.1:${port}/?folder=${resolve(folder)}`;
const { step, finish } = steps("ui");

/** Waits until the drawn text satisfies. */
async function untilDrawn(page, what, holds) {
  const end = Date.now() + PATIENCE.timeout;
  for (;;) {
    const lines = await drawnLines(page);
    if (holds(lines)) {
      return lines;
    }
    if (Date.now() > end) {
      throw new Error(`waited in vain for ${what}:\n${lines.join("\n")}`);
    }
    await page.waitForTimeout(50);
  }
}

await withPage({ width: 1200, height: 760 }, async (page) => {
  await page.goto(address, { waitUntil: "domcontentloaded" });
  await openFile(page, "digits.neural");

  await step(page, "the squiggle is under the number that is wrong, and nowhere else", async () => {
    const squiggle = page.locator(".editor-instance .squiggly-error");
    await squiggle.first().waitFor(PATIENCE);
    assert.equal(await squiggle.count(), 1);
    const drawn = await squiggle.boundingBox();
    const line = await boxOf(page, /30/);
    const near = (a, b) => Math.abs(a - b) <= 1.5;
    assert(near(drawn.x, line.x) && near(drawn.width, line.width), JSON.stringify({ drawn, line }));
  });

  await step(page, "the hover says what is wrong, where it comes from, and offers the fixes", async () => {
    const widget = page.locator(".monaco-hover:not(.hidden)", { hasText: "does not fit" }).first();
    const fix = widget.getByText("Quick Fix...").first();
    // A hover that comes before VS Code has laid out the editor is not shown, or shows no fixes.
    for (let tries = 0; !(await fix.isVisible()); tries++) {
      assert(tries < 20, "the hover with its fixes does not open");
      await page.keyboard.press("Escape");
      await hover(page, await boxOf(page, /30/));
      await fix.waitFor({ timeout: 5000 }).catch(() => {});
    }
    const text = (await widget.innerText()).replaceAll("\u00a0", " ");
    assert.match(text, /kernel_size.* 30×3 does not fit the 28×28 input/);
    assert.match(text, /kernel-too-large/);
    await page.keyboard.press("Escape");
  });

  await step(page, "the problems panel has the mistake on one line", async () => {
    await page.keyboard.press("Control+Shift+M");
    const row = page.locator(".markers-panel .monaco-list-row", { hasText: "does not fit" });
    await row.waitFor(PATIENCE);
    assert.match(await row.innerText(), /30×3 does not fit the 28×28 input/);
    await page.keyboard.press("Control+Shift+M");
  });

  await step(page, "the fix by the keyboard mends it, and the shapes appear", async () => {
    const { x, y, width, height } = await boxOf(page, /30/);
    await page.mouse.click(x + width / 2, y + height / 2);
    await page.locator(".monaco-hover:not(.hidden)").waitFor({ state: "hidden", timeout: 3000 }).catch(() => {});
    const fix = page.locator(".action-widget .monaco-list-row", { hasText: 'padding="same"' });
    // The menu closes by itself where the editor is still being laid out.
    for (let tries = 0; !(await fix.isVisible()); tries++) {
      assert(tries < 20, "the menu of fixes does not open");
      await page.keyboard.press("Control+.");
      await fix.waitFor({ timeout: 5000 }).catch(() => {});
    }
    await fix.click();
    await untilDrawn(page, "the fix", (lines) => lines.some((line) => line.includes('padding="same"')));
    await page.locator(".squiggly-error").waitFor({ state: "detached", ...PATIENCE });
    await untilDrawn(page, "hints", (lines) => lines.some((line) => /Flatten\(\)\s*→ 6272/.test(line)));
  });

  await step(page, "a mistake is underlined while it is typed", async () => {
    const { x, y, width, height } = await boxOf(page, /Flatten/);
    await page.mouse.click(x + width - 2, y + height / 2);
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Densse(3)");
    await page.locator(".squiggly-error").first().waitFor(PATIENCE);
    const same = async () => {
      const drawn = await page.locator(".squiggly-error").first().boundingBox();
      const word = await boxOf(page, /Densse/).catch(() => null);
      return drawn && word && Math.abs(drawn.x - word.x) <= 1.5 && Math.abs(drawn.width - word.width) <= 1.5;
    };
    // Squiggles and hints are drawn anew with each key, and a hint may stand in the word for a moment.
    for (let tries = 0; !(await same()); tries++) {
      assert(tries < 1000, "the squiggle is not under the word");
      await page.waitForTimeout(50);
    }
  });

  await step(page, "Enter keeps the indent of the layers, and a section goes back", async () => {
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    // As fast as a person: VS Code indents by what it has had time to colour.
    await page.keyboard.type("network A {\ninput: (8,)\nlayers:\nDense(3)\nloss:", { delay: 50 });
    const expected = ["network A {", "  input: (8,)", "  layers:", "    Dense(3)", "  loss:", "}"];
    await untilDrawn(page, "the indents", (lines) =>
      // Hints follow what was typed.
      expected.every((line, at) => lines[at]?.startsWith(line)),
    );
  });

  await step(page, "hovering a layer shows its shapes", async () => {
    await page.keyboard.press("Control+Z");
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.keyboard.insertText('network B {\n  input: (28, 28, 1)\n  layers:\n    Conv2D(32, (3, 3))\n}\n');
    await untilDrawn(page, "the hint", (lines) => lines.some((line) => line.includes("26×26×32")));
    await hover(page, await boxOf(page, /Conv2D/));
    const widget = page.locator(".monaco-hover:not(.hidden)", { hasText: "26×26×32" }).first();
    await widget.waitFor(PATIENCE);
    assert.match((await widget.innerText()).replaceAll("\u00a0", " "), /28×28×1 → 26×26×32/);
  });
});

finish();
