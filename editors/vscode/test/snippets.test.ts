// Every snippet, as it stands when it is inserted, is a network without findings.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

interface Snippet {
  prefix: string;
  body: string | string[];
}

const file = join(__dirname, "../snippets/neural.json");
const snippets = JSON.parse(readFileSync(file, "utf8")) as Record<string, Snippet>;

/** What a snippet writes: the defaults of its stops, the first of their choices. */
function inserted(snippet: Snippet): string {
  let text = Array.isArray(snippet.body) ? snippet.body.join("\n") : snippet.body;
  text = text.replace(/\$\{\d+\|([^,|]*)[^}]*\|\}/g, "$1");
  // From the inside out: stops stand in the defaults of others.
  for (let last = ""; last !== text; ) {
    last = text;
    text = text.replace(/\$\{\d+:([^${}]*)\}/g, "$1");
  }
  return text.replace(/(?<!\\)\$\d+/g, "").replaceAll("\\$", "$");
}

/** The smallest network that the snippet can stand in. */
function network({ prefix, body }: Snippet): string {
  const text = inserted({ prefix, body });
  const layers = (inside: string, input = "(28, 28, 1)") => `network N {\n  input: ${input}\n  layers:\n${inside}\n}\n`;
  switch (prefix) {
    case "network":
      return text;
    case "define":
      return `${text}\n${layers("Block(8)", "(16,)")}`;
    case "lstm":
      return layers(text, "(20, 8)");
    case "residual":
      return layers(text, "(28, 28, 32)");
    case "hpo":
      return layers(`Dense(${text})`, "(16,)");
    case "hpolog":
      return `${layers("Dense(2)", "(16,)").replace("}\n", "")}optimizer: Adam(learning_rate=${text})\n}\n`;
    case "train":
    case "execute":
      return `${layers("Dense(2)", "(16,)").replace("}\n", "")}${text}\n}\n`;
    default:
      return layers(text);
  }
}

const program = process.env.NEURAL_ANALYZER ?? "";

for (const [name, snippet] of Object.entries(snippets)) {
  test(`the snippet "${name}" is right as it is inserted`, () => {
    const text = network(snippet);
    const { stdout } = spawnSync(program, ["check", "--format", "json", "-"], { input: text, encoding: "utf8" });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: unknown[] };
    assert.deepEqual(diagnostics, [], text);
  });
}
