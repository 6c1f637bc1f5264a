// The syntax tree of a network as a document of its own, for reports about the parser. It is made
// anew whenever the text changes.

import * as vscode from "vscode";

import type { Analyzer } from "./client";
import { SECTION } from "./settings";

const SCHEME = "neural-syntax-tree";

export class SyntaxTrees implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly disposables: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(private readonly analyzer: Analyzer) {
    this.disposables = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        const shown = vscode.workspace.textDocuments.find(
          ({ uri }) => uri.scheme === SCHEME && uri.query === document.uri.toString(),
        );
        if (shown) {
          this.changed.fire(shown.uri);
        }
      }),
    ];
  }

  async show(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== "neural") {
      void vscode.window.showInformationMessage("Open a network to see its syntax tree.");
      return;
    }
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `${document.uri.path}.tree`,
      query: document.uri.toString(),
    });
    await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    const params = { textDocument: { uri: uri.query } };
    const tree = await this.analyzer.request<string>(`${SECTION}/syntaxTree`, params, token);
    return tree ?? "There is no syntax tree: the server does not run, or the file is closed.";
  }

  dispose(): void {
    this.changed.dispose();
    this.disposables.forEach((disposable) => {
      disposable.dispose();
    });
  }
}
