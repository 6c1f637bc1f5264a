// The TextMate grammar as VS Code's own tokenizer reads it, alone and inside Markdown.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadWASM, OnigScanner, OnigString } from "vscode-oniguruma";
import { INITIAL, parseRawGrammar, Registry, type IGrammar } from "vscode-textmate";

const root = join(__dirname, "..");

/** A Markdown that knows nothing but what is injected into it. */
const MARKDOWN = JSON.stringify({ scopeName: "text.html.markdown", patterns: [] });

async function grammar(scope: string): Promise<IGrammar> {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await loadWASM(Uint8Array.from(wasm).buffer).catch(() => undefined);
  const files: Record<string, string> = {
    "source.neural": readFileSync(join(root, "syntaxes/neural.tmLanguage.json"), "utf8"),
    "markdown.neural.codeblock": readFileSync(join(root, "syntaxes/markdown.tmLanguage.json"), "utf8"),
    "text.html.markdown": MARKDOWN,
  };
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new OnigScanner(sources),
      createOnigString: (text) => new OnigString(text),
    }),
    loadGrammar: (name) => {
      const text = files[name];
      return Promise.resolve(text === undefined ? null : parseRawGrammar(text, `${name}.json`));
    },
    getInjections: (name) => (name === "text.html.markdown" ? ["markdown.neural.codeblock"] : undefined),
  });
  const loaded = await registry.loadGrammar(scope);
  assert(loaded);
  return loaded;
}

/** Each piece of the text with its innermost scope, white space and plain text left out. */
async function scopes(text: string, scope = "source.neural"): Promise<[string, string][]> {
  const tokenizer = await grammar(scope);
  let state = INITIAL;
  const pieces: [string, string][] = [];
  for (const line of text.split("\n")) {
    const result = tokenizer.tokenizeLine(line, state);
    state = result.ruleStack;
    for (const token of result.tokens) {
      const piece = line.slice(token.startIndex, token.endIndex).trim();
      const innermost = token.scopes.at(-1) ?? "";
      if (piece !== "" && innermost !== scope && !innermost.startsWith("punctuation")) {
        pieces.push([piece, innermost.replace(/\.neural$/, "")]);
      }
    }
  }
  return pieces;
}

test("the parts of a network have their scopes", async () => {
  const text = [
    "network Digits {",
    "  input: (28, None)",
    '  layers: Conv2D(32, kernel_size=(3, 3), "relu") * 2 @ "cpu"',
    "  skip: { Flatten }",
    "  optimizer: Adam(learning_rate=HPO(log_range(1e-4, .5)))",
    "  train { epochs: 3 }",
    "}",
  ].join("\n");
  assert.deepEqual(await scopes(text), [
    ["network", "keyword.declaration"],
    ["Digits", "entity.name.type.network"],
    ["input", "keyword.control.section"],
    ["28", "constant.numeric"],
    ["None", "constant.language"],
    ["layers", "keyword.control.section"],
    ["Conv2D", "entity.name.type.layer"],
    ["32", "constant.numeric"],
    ["kernel_size", "variable.parameter"],
    ["=", "keyword.operator.assignment"],
    ["3", "constant.numeric"],
    ["3", "constant.numeric"],
    ["relu", "string.quoted.double"],
    ["*", "keyword.operator.arithmetic"],
    ["2", "constant.numeric"],
    ["@", "keyword.operator.device"],
    ["cpu", "string.quoted.double"],
    ["skip", "entity.name.label.branch"],
    ["Flatten", "entity.name.type.layer"],
    ["optimizer", "keyword.control.section"],
    ["Adam", "entity.name.type.layer"],
    ["learning_rate", "variable.parameter"],
    ["=", "keyword.operator.assignment"],
    ["HPO", "support.function.hpo"],
    ["log_range", "support.function.hpo"],
    ["1e-4", "constant.numeric"],
    [".5", "constant.numeric"],
    ["train", "keyword.control.section"],
    ["epochs", "variable.other.property"],
    ["3", "constant.numeric"],
  ]);
});

test("macros, comments and strings that are left open", async () => {
  const text = [
    "define Block(units=3) { Dense($units) } // neural: allow(unused-macro)",
    '# Dense(1)',
    'loss: "mse',
    "/* one",
    'two */ metrics: ["a"]',
  ].join("\n");
  assert.deepEqual(await scopes(text), [
    ["define", "keyword.declaration"],
    ["Block", "entity.name.function.macro"],
    ["units", "variable.parameter"],
    ["=", "keyword.operator.assignment"],
    ["3", "constant.numeric"],
    ["Dense", "entity.name.type.layer"],
    ["$units", "variable.other.macro-parameter"],
    ["neural:", "comment.line.double-slash"],
    ["allow", "keyword.other.directive"],
    ["(", "comment.line.double-slash"],
    ["unused-macro", "constant.other.code"],
    [")", "comment.line.double-slash"],
    ["Dense(1)", "comment.line.number-sign"],
    ["loss", "keyword.control.section"],
    ["mse", "string.quoted.double"],
    ["one", "comment.block"],
    ["two", "comment.block"],
    ["metrics", "keyword.control.section"],
    ["a", "string.quoted.double"],
  ]);
});

test("a fence in Markdown holds a network, and ends", async () => {
  const text = ["Text:", "```neural", "Dense(3)", "```", "Dense(4)"].join("\n");
  const found = await scopes(text, "text.html.markdown");
  assert.deepEqual(found, [
    ["neural", "fenced_code.block.language"],
    ["Dense", "entity.name.type.layer"],
    ["3", "constant.numeric"],
  ]);
});
