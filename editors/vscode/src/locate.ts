// Which program is the server, and whether it is one that this extension can talk to. Nothing of VS
// Code is in here, so that every case is tested without it.

import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

/** The oldest server that this extension can talk to. */
export const OLDEST_SERVER = "0.1.0";

/** Where the program was found. */
export type Origin = "setting" | "bundled" | "PATH" | "Cargo";

export interface Server {
  program: string;
  origin: Origin;
  version: string;
}

/** Why there is no server, as a sentence for the user. */
export interface Missing {
  problem: "missing" | "too-old" | "broken";
  message: string;
}

export interface Places {
  /** The setting `neural-analyzer.server.path`; empty where it is not set. */
  setting: string;
  /** Where the program stands inside the extension, if it does. */
  bundled: string;
  /** The value of the variable `PATH`. */
  path: string;
  /** The folder that Cargo installs programs into. */
  cargo: string;
}

const NAME = process.platform === "win32" ? "neural-analyzer.exe" : "neural-analyzer";

/** The first program in the order setting, bundled, `PATH`, Cargo's folder, if its version is one to work with. */
export async function locate(places: Places): Promise<Server | Missing> {
  const found = find(places);
  if ("problem" in found) {
    return found;
  }
  const version = await versionOf(found.program);
  if (version === undefined) {
    return {
      problem: "broken",
      message: `\`${found.program} --version\` does not say that it is neural-analyzer.`,
    };
  }
  if (isOlder(version, OLDEST_SERVER)) {
    return {
      problem: "too-old",
      message: `\`${found.program}\` is neural-analyzer ${version}; this extension needs ${OLDEST_SERVER} or later.`,
    };
  }
  return { ...found, version };
}

function find({ setting, bundled, path, cargo }: Places): Omit<Server, "version"> | Missing {
  if (setting !== "") {
    const program = expandHome(setting);
    if (isProgram(program)) {
      return { program, origin: "setting" };
    }
    return {
      problem: "missing",
      message: `The setting \`neural-analyzer.server.path\` is \`${setting}\`, which is no program that can be run.`,
    };
  }
  if (isProgram(bundled)) {
    return { program: bundled, origin: "bundled" };
  }
  // Where Cargo installs programs; a VS Code that no terminal has started may not have it on its PATH.
  for (const folder of [...path.split(delimiter), cargo]) {
    // A relative folder would be one of the workspace, which must not choose the program.
    if (isAbsolute(folder) && isProgram(join(folder, NAME))) {
      return { program: join(folder, NAME), origin: folder === cargo ? "Cargo" : "PATH" };
    }
  }
  return {
    problem: "missing",
    message: "The program `neural-analyzer` was not found: it is not inside this extension, on your `PATH`, or where Cargo installs programs.",
  };
}

/** The folder that `cargo install` writes to where nothing else is said. */
export function cargoFolder(): string {
  return join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");
}

function expandHome(program: string): string {
  return program.startsWith("~/") ? join(homedir(), program.slice(2)) : program;
}

function isProgram(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return isAbsolute(program) && statSync(program).isFile();
  } catch {
    return false;
  }
}

function versionOf(program: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, ["--version"], { timeout: 5000 }, (error, stdout) => {
      resolve(error ? undefined : /^neural-analyzer (\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1]);
    });
  });
}

/** Whether a version comes before another, by its three numbers. */
export function isOlder(version: string, than: string): boolean {
  const numbers = (text: string) => text.split(/[.+-]/, 3).map(Number);
  const [left, right] = [numbers(version), numbers(than)];
  for (let at = 0; at < 3; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) {
      return difference < 0;
    }
  }
  return false;
}
