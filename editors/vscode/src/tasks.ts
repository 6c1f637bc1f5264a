// `neural-analyzer check` as a task, whose findings the problem matcher reads.

import * as vscode from "vscode";

import type { Analyzer } from "./client";
import { SECTION } from "./settings";

interface CheckDefinition extends vscode.TaskDefinition {
  command: "check";
  paths?: string[];
  denyWarnings?: boolean;
}

export class Tasks implements vscode.TaskProvider {
  constructor(private readonly analyzer: Analyzer) {}

  async provideTasks(): Promise<vscode.Task[]> {
    const tasks: vscode.Task[] = [];
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const task = await this.task({ type: SECTION, command: "check" }, folder);
      if (task) {
        tasks.push(task);
      }
    }
    return tasks;
  }

  async resolveTask(task: vscode.Task): Promise<vscode.Task | undefined> {
    const definition = task.definition as CheckDefinition;
    if (!isFolder(task.scope) || (definition.command as string) !== "check") {
      return undefined;
    }
    return this.task(definition, task.scope);
  }

  private async task(definition: CheckDefinition, folder: vscode.WorkspaceFolder): Promise<vscode.Task | undefined> {
    const server = await this.analyzer.find();
    if ("problem" in server) {
      return undefined;
    }
    const args = ["check", ...(definition.denyWarnings ? ["--deny-warnings"] : []), ...(definition.paths ?? [])];
    // Plain text, whatever the terminal can do: the matcher reads it.
    const execution = new vscode.ProcessExecution(server.program, args, {
      cwd: folder.uri.fsPath,
      env: { NO_COLOR: "1" },
    });
    const task = new vscode.Task(definition, folder, "check", SECTION, execution, ["$neural-analyzer"]);
    task.group = vscode.TaskGroup.Test;
    task.detail = "Check the networks of this folder";
    return task;
  }
}

function isFolder(scope: vscode.Task["scope"]): scope is vscode.WorkspaceFolder {
  return typeof scope === "object";
}
