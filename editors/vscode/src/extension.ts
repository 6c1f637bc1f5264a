// The entry: what the extension adds to VS Code, and the server that it starts.

import * as vscode from "vscode";

import { Analyzer } from "./client";
import { describe, type ServerStatus } from "./describe";
import { SECTION } from "./settings";
import { Status } from "./status";
import { Tasks } from "./tasks";
import { SyntaxTrees } from "./tree";

/** What `activate` gives to those who ask for the extension's exports: the tests. */
export interface Api {
  analyzer: Analyzer;
  status: Status;
}

let analyzer: Analyzer | undefined;

export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel("neural-analyzer", { log: true });
  analyzer = new Analyzer(context.extensionUri, log);
  const running = analyzer;
  const status = new Status(running);
  const trees = new SyntaxTrees(running);

  const command = (name: string, run: () => unknown) => vscode.commands.registerCommand(`${SECTION}.${name}`, run);
  context.subscriptions.push(
    log,
    running,
    status,
    trees,
    command("restart", () => running.restart()),
    command("showLogs", () => {
      log.show();
    }),
    command("serverStatus", () => serverStatus(running)),
    command("showSyntaxTree", () => trees.show()),
    vscode.tasks.registerTaskProvider(SECTION, new Tasks(running)),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration(`${SECTION}.server`)) {
        await running.restart();
      } else if (event.affectsConfiguration(SECTION)) {
        await running.settingsChanged();
        status.refreshSoon(0);
      }
    }),
  );

  // Opening a file must not wait for the server.
  void running.start();
  return { analyzer: running, status };
}

export async function deactivate(): Promise<void> {
  await analyzer?.stop();
}

/** Shows which server runs and what it says of itself. */
async function serverStatus(running: Analyzer): Promise<void> {
  const { health } = running;
  const detail: string[] = [];
  if (health.state === "running") {
    const { program, origin, version } = health.server;
    detail.push(`${program} (found by: ${origin}), version ${version}`);
    const status = await running.request<ServerStatus>(`${SECTION}/status`);
    detail.push(status ? describe(status) : "It does not answer.");
  } else if (health.state === "stopped") {
    detail.push(health.why);
  }
  const message = `The neural-analyzer server is ${health.state}.`;
  const options = { modal: true, detail: detail.join("\n\n") };
  const answer = await vscode.window.showInformationMessage(message, options, "Restart", "Show Logs");
  if (answer === "Restart") {
    await running.restart();
  } else if (answer === "Show Logs") {
    running.log.show();
  }
}
