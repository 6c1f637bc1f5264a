// The life of the server: found, started, watched, started again after a crash, stopped.

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  State,
  type ErrorHandler,
  type LanguageClientOptions,
} from "vscode-languageclient/node";

import { cargoFolder, locate, type Missing, type Server } from "./locate";
import { LIMIT, Restarts } from "./restarts";
import { SECTION, serverSettings, withoutOurs } from "./settings";

/** What the server is doing, for the status item. */
export type Health =
  | { state: "starting" }
  | { state: "running"; server: Server }
  | { state: "stopped"; why: string };

export class Analyzer implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private readonly restarts = new Restarts();
  private readonly changed = new vscode.EventEmitter<Health>();
  /** Starts and stops follow one another; a second request waits for the first. */
  private work: Promise<void> = Promise.resolve();

  health: Health = { state: "starting" };
  readonly onHealth = this.changed.event;

  constructor(
    private readonly extension: vscode.Uri,
    readonly log: vscode.LogOutputChannel,
  ) {}

  start(): Promise<void> {
    return this.enqueue(() => this.launch());
  }

  restart(): Promise<void> {
    return this.enqueue(async () => {
      this.restarts.forget();
      await this.halt();
      await this.launch();
    });
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.halt());
  }

  /** Asks the running server. `undefined` where none runs or it refuses. */
  async request<T>(method: string, params?: object, token?: vscode.CancellationToken): Promise<T | undefined> {
    const client = this.client;
    if (client?.state !== State.Running) {
      return undefined;
    }
    try {
      // Whatever stands after the method is sent, `undefined` too, so an argument that is not given
      // must not stand there.
      if (params === undefined) {
        return await client.sendRequest<T>(method);
      }
      return await (token ? client.sendRequest<T>(method, params, token) : client.sendRequest<T>(method, params));
    } catch (error) {
      this.log.debug(`${method}: ${String(error)}`);
      return undefined;
    }
  }

  /** Tells the server that settings are new; it asks for those of each folder. */
  async settingsChanged(): Promise<void> {
    if (this.client?.state === State.Running) {
      const settings = { [SECTION]: serverSettings() };
      await this.client.sendNotification("workspace/didChangeConfiguration", { settings });
    }
  }

  /** The program that would be started now. */
  find(): Promise<Server | Missing> {
    const name = process.platform === "win32" ? "neural-analyzer.exe" : "neural-analyzer";
    return locate({
      setting: vscode.workspace.getConfiguration(SECTION).get("server.path", "").trim(),
      bundled: vscode.Uri.joinPath(this.extension, "server", name).fsPath,
      path: process.env.PATH ?? "",
      cargo: cargoFolder(),
    });
  }

  dispose(): void {
    void this.stop();
    this.changed.dispose();
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    this.work = this.work.then(work, work);
    return this.work;
  }

  private become(health: Health): void {
    this.health = health;
    this.changed.fire(health);
  }

  private async launch(): Promise<void> {
    if (this.client) {
      return;
    }
    this.become({ state: "starting" });
    const found = await this.find();
    if ("problem" in found) {
      this.become({ state: "stopped", why: found.message });
      this.log.error(found.message);
      void this.explain(found);
      return;
    }
    this.log.info(`starting ${found.program} (${found.origin}, version ${found.version})`);
    const run = { command: found.program, args: ["lsp"], options: { env: { ...process.env } } };
    this.client = new LanguageClient(SECTION, "neural-analyzer", { run, debug: run }, this.options());
    this.client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.become({ state: "running", server: found });
      } else if (newState === State.Starting) {
        this.become({ state: "starting" });
      }
    });
    try {
      await this.client.start();
    } catch (error) {
      const why = `The neural-analyzer server did not start: ${error instanceof Error ? error.message : String(error)}`;
      this.client = undefined;
      this.become({ state: "stopped", why });
      void this.offer(why);
    }
  }

  private async halt(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client) {
      try {
        await client.dispose(3000);
      } catch (error) {
        // One that has crashed cannot be asked to stop.
        this.log.debug(`stopping: ${String(error)}`);
      }
    }
    this.become({ state: "stopped", why: "The server was stopped." });
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [{ language: "neural" }],
      initializationOptions: () => serverSettings(),
      outputChannel: this.log,
      errorHandler: this.errorHandler(),
      middleware: {
        workspace: {
          // The extension tells of changes itself: `settingsChanged`.
          didChangeConfiguration: () => Promise.resolve(),
          configuration: async (params, token, next) => {
            const answer: unknown = await next(params, token);
            if (!Array.isArray(answer)) {
              return [];
            }
            return answer.map((settings: unknown, at) => {
              const asked = params.items[at]?.section;
              const isOurs = asked === SECTION && typeof settings === "object" && settings !== null;
              return isOurs ? withoutOurs(settings) : settings;
            });
          },
        },
      },
    };
  }

  private errorHandler(): ErrorHandler {
    return {
      // What is written to a server that dies fails; its end is handled below.
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        const attempt = this.restarts.crashed(Date.now());
        if (attempt === undefined) {
          const why = `The neural-analyzer server has ended ${LIMIT + 1} times within three minutes and is not started again.`;
          this.client = undefined;
          this.become({ state: "stopped", why });
          void this.offer(why);
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        const message = `The neural-analyzer server ended unexpectedly and was restarted (${attempt} of at most ${LIMIT}).`;
        this.log.warn(message);
        void vscode.window.showWarningMessage(message, "Show Logs").then((answer) => {
          if (answer) {
            this.log.show();
          }
        });
        return { action: CloseAction.Restart, handled: true };
      },
    };
  }

  /** Says why there is no server, with what can be done about it. */
  private async explain(missing: Missing): Promise<void> {
    const answer = await vscode.window.showErrorMessage(missing.message, "Open Settings", "How to Install", "Try Again");
    if (answer === "Open Settings") {
      // Where a window is connected to another machine, which program runs there is a setting of that machine.
      const page = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
      await vscode.commands.executeCommand(`workbench.action.${page}`, { query: `${SECTION}.server.path` });
    } else if (answer === "How to Install") {
      await vscode.commands.executeCommand("markdown.showPreview", await this.readme());
    } else if (answer === "Try Again") {
      await this.restart();
    }
  }

  /** The page that says how to install; packaging writes its name in small letters. */
  private async readme(): Promise<vscode.Uri> {
    const packaged = vscode.Uri.joinPath(this.extension, "readme.md");
    return vscode.workspace.fs.stat(packaged).then(
      () => packaged,
      () => vscode.Uri.joinPath(this.extension, "README.md"),
    );
  }

  private async offer(why: string): Promise<void> {
    this.log.error(why);
    const answer = await vscode.window.showErrorMessage(why, "Restart", "Show Logs");
    if (answer === "Restart") {
      await this.restart();
    } else if (answer === "Show Logs") {
      this.log.show();
    }
  }
}
