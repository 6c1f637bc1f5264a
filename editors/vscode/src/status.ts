// The language status item: the totals of the network in the active editor, or why there are none.

import * as vscode from "vscode";

import type { Analyzer } from "./client";
import { SECTION } from "./settings";
import { totals, type Sums } from "./totals";

/** How long a text must rest before its totals are asked for anew, at least. */
const REST_MS = 300;

/** Of a large network the totals are asked for so seldom that typing does not suffer. */
const REST_PER_COST = 5;

/** How often a file is asked for that the server does not know. */
const ATTEMPTS = 10;

export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem(`${SECTION}.totals`, { language: "neural" });
  private readonly listeners: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;
  private attempts = 0;
  private costMs = 0;

  constructor(private readonly analyzer: Analyzer) {
    this.item.name = "neural-analyzer";
    this.listeners = [
      analyzer.onHealth(() => {
        this.showHealth();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.attempts = 0;
        this.refreshSoon(0);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) {
          this.refreshSoon(Math.max(REST_MS, REST_PER_COST * this.costMs));
        }
      }),
    ];
    this.showHealth();
  }

  /** What the item says now, for the tests. */
  get shown(): { text: string; detail: string | undefined } {
    return { text: this.item.text, detail: this.item.detail };
  }

  /** Asks for the totals again after a moment. */
  refreshSoon(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), ms);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.item.dispose();
    this.listeners.forEach((listener) => {
      listener.dispose();
    });
  }

  private showHealth(): void {
    const { health } = this.analyzer;
    this.item.busy = health.state === "starting";
    if (health.state === "stopped") {
      this.item.severity = vscode.LanguageStatusSeverity.Error;
      this.item.text = "$(error) no shapes";
      this.item.detail = health.why;
      this.item.command = { command: `${SECTION}.restart`, title: "Restart Server" };
      return;
    }
    this.item.severity = vscode.LanguageStatusSeverity.Information;
    this.item.text = "neural-analyzer";
    this.item.detail = health.state === "running" ? `version ${health.server.version}` : "starting";
    this.item.command = { command: `${SECTION}.serverStatus`, title: "Server Status" };
    if (health.state === "running") {
      this.refreshSoon(0);
    }
  }

  private async refresh(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== "neural" || this.analyzer.health.state !== "running") {
      return;
    }
    const { version } = document;
    const params = { textDocument: { uri: document.uri.toString() } };
    const begin = performance.now();
    const answer = await this.analyzer.request<Sums>(`${SECTION}/totals`, params);
    this.costMs = performance.now() - begin;
    if (document.version !== version || document !== vscode.window.activeTextEditor?.document) {
      return;
    }
    if (!answer) {
      // The server may hear of a file that was opened this moment a little later than we do.
      if (this.attempts++ < ATTEMPTS) {
        this.refreshSoon(REST_MS);
      }
      return;
    }
    this.attempts = 0;
    const sums = totals(answer);
    this.item.text = sums?.text ?? "no network";
    this.item.detail = sums?.detail ?? "";
  }
}
