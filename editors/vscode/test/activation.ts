// How long VS Code takes to activate the extension, in its extension host: from asking for it to having what
// it exports, the reading of its code among it. The server starts beside and is not waited for.

import assert from "node:assert/strict";
import * as vscode from "vscode";

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension("neural-analyzer.neural-analyzer");
  assert(extension, "the extension is installed");
  assert(!extension.isActive, "nothing has activated the extension yet");
  const begin = performance.now();
  await extension.activate();
  // The console of the extension host is what the runner reads.
  // eslint-disable-next-line no-console
  console.log(`TEST ${(performance.now() - begin).toFixed(1)}`);
}
