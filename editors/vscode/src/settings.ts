// The settings that the server is sent: those of the section, without what concerns only VS Code.

import * as vscode from "vscode";

export const SECTION = "neural-analyzer";

/** Keys of the section that are about starting the server and are not the server's. */
const OURS = new Set(["server", "trace"]);

/** The settings for a file or folder, as the server takes them. */
export function serverSettings(scope?: vscode.Uri): Record<string, unknown> {
  return withoutOurs(vscode.workspace.getConfiguration(SECTION, scope ?? null));
}

/** The same object without the keys that are not the server's. */
export function withoutOurs(settings: object): Record<string, unknown> {
  // A configuration object also has methods; a copy through JSON leaves them out.
  const plain = JSON.parse(JSON.stringify(settings)) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(plain).filter(([key]) => !OURS.has(key)));
}
