// What needs no VS Code: finding the server, counting restarts, the totals.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { describe } from "../src/describe";
import { isOlder, locate, OLDEST_SERVER } from "../src/locate";
import { LIMIT, Restarts, WINDOW_MS } from "../src/restarts";
import { totals } from "../src/totals";

const folder = mkdtempSync(join(tmpdir(), "neural-locate-"));
after(() => {
  rmSync(folder, { recursive: true });
});

/** A program that says it is neural-analyzer of this version. */
function program(name: string, says: string): string {
  const file = join(folder, name, "neural-analyzer");
  mkdirSync(join(folder, name));
  writeFileSync(file, `#!/bin/sh\necho "${says}"\n`);
  chmodSync(file, 0o755);
  return file;
}

const good = program("good", `neural-analyzer ${OLDEST_SERVER}`);
const other = program("other", "neural-analyzer 0.2.0");
const old = program("old", "neural-analyzer 0.0.9");
const stranger = program("stranger", "hello");
const none = join(folder, "none");

test("the setting comes first, then the extension, PATH, and Cargo", async () => {
  let path = `relative:${none}:${join(folder, "good")}`;
  const cargo = join(folder, "other");
  const found = async (setting: string, bundled: string) => {
    const server = await locate({ setting, bundled, path, cargo });
    return "problem" in server ? server.problem : [server.origin, server.version];
  };
  assert.deepEqual(await found(other, good), ["setting", "0.2.0"]);
  assert.deepEqual(await found("", other), ["bundled", "0.2.0"]);
  assert.deepEqual(await found("", none), ["PATH", OLDEST_SERVER]);
  path = none;
  assert.deepEqual(await found("", none), ["Cargo", "0.2.0"]);
  // A setting that is wrong is said to be wrong; nothing else is taken in its place.
  assert.equal(await found(none, good), "missing");
  assert.equal(await found("neural-analyzer", good), "missing");
});

test("a program that is missing, too old or another one is named", async () => {
  const message = async (setting: string) => {
    const server = await locate({ setting, bundled: none, path: "", cargo: none });
    return "problem" in server ? server.message : "found";
  };
  assert.match(await message(""), /not inside this extension, on your `PATH`, or where Cargo/);
  assert.match(await message(none), /`neural-analyzer.server.path` is `.*none`/);
  assert.match(await message(old), /is neural-analyzer 0\.0\.9; this extension needs 0\.1\.0 or later/);
  assert.match(await message(stranger), /does not say that it is neural-analyzer/);
});

test("versions are compared by their numbers", () => {
  assert.equal(isOlder("0.9.0", "0.10.0"), true);
  assert.equal(isOlder("0.10.0", "0.9.0"), false);
  assert.equal(isOlder("1.0.0", "1.0.0"), false);
  assert.equal(isOlder("0.1.0-beta", "0.1.0"), false);
});

test("a server is restarted five times in three minutes, and again later", () => {
  const restarts = new Restarts();
  for (let attempt = 1; attempt <= LIMIT; attempt++) {
    assert.equal(restarts.crashed(attempt * 1000), attempt);
  }
  assert.equal(restarts.crashed(10_000), undefined);
  assert.equal(restarts.crashed(1000 + WINDOW_MS), LIMIT);
  restarts.forget();
  assert.equal(restarts.crashed(1000 + WINDOW_MS), 1);
});

test("the status of the server is told in sentences", () => {
  const file = (diagnosticsMode: string, lastAnalysisMicroseconds: number | null, settings: string | null = null) => ({
    diagnosticsMode,
    lastAnalysisMicroseconds,
    settings,
  });
  assert.equal(
    describe({ process: 7, uptimeSeconds: 1, documents: [file("onType", 1250)] }),
    "Process 7, running for 1 second.\n1 network is open; the slowest took 1.3 ms to check.\nMistakes are shown while you type.",
  );
  assert.equal(
    describe({ process: 7, uptimeSeconds: 7300, documents: [file("onSave", null, "/a/neural.toml"), file("off", null)] }),
    [
      "Process 7, running for 2 hours.",
      "2 networks are open.",
      "In 1 network, mistakes are shown when a file is saved.",
      "In 1 network, mistakes are not shown.",
      "Settings come from /a/neural.toml too.",
    ].join("\n"),
  );
  assert.equal(describe({}), "0 networks are open.");
});

test("totals are short and say what is unknown", () => {
  const network = (name: string | null, trainable: number | null, macs: number | null) => ({
    name,
    totals: { trainable, non_trainable: 0, macs },
  });
  const text = (...networks: ReturnType<typeof network>[]) => totals({ networks });
  assert.equal(totals({}), undefined);
  assert.deepEqual(text(network("Digits", 693_962, 888_192)), {
    text: "693,962 parameters, 888 kMACs",
    detail: "Digits",
  });
  assert.deepEqual(text(network("A", 5, 12_345_678_901), network("B", 1, 1)), {
    text: "5 parameters, 12.3 GMACs",
    detail: "A and 1 more",
  });
  assert.equal(text(network(null, null, null))?.text, "totals unknown");
  assert.equal(text(network(null, 7, null))?.text, "7 parameters");
  const partly = { name: null, totals: { trainable: null, non_trainable: 0, macs: null, parameters_at_least: 1234 } };
  assert.equal(totals({ networks: [partly] })?.text, "≥ 1,234 parameters");
  partly.totals.parameters_at_least = 0;
  assert.equal(totals({ networks: [partly] })?.text, "totals unknown");
  const bounds = { name: "H", totals: { trainable: { min: 10, max: 20 }, non_trainable: 1, macs: { min: 0, max: 2000 } } };
  assert.equal(totals({ networks: [bounds] })?.text, "11–21 parameters, 0–2.00 kMACs");
});
