// What the server says of itself, as sentences for the status dialog. Nothing of VS Code is in here.

/** What is read of the answer to `neural-analyzer/status`. */
export interface ServerStatus {
  process?: number;
  uptimeSeconds?: number;
  documents?: {
    diagnosticsMode: string;
    /** The path of the `neural.toml` that counts for the file. */
    settings: string | null;
    lastAnalysisMicroseconds: number | null;
  }[];
}

const MODES: Record<string, string> = {
  onType: "shown while you type",
  onSave: "shown when a file is saved",
  off: "not shown",
};

export function describe({ process, uptimeSeconds = 0, documents = [] }: ServerStatus): string {
  const lines: string[] = [];
  if (process !== undefined) {
    lines.push(`Process ${process}, running for ${duration(uptimeSeconds)}.`);
  }
  const costs = documents.flatMap(({ lastAnalysisMicroseconds }) => lastAnalysisMicroseconds ?? []);
  const slowest = costs.length === 0 ? "" : `; the slowest took ${(Math.max(...costs) / 1000).toFixed(1)} ms to check`;
  lines.push(`${counted(documents.length, "network is", "networks are")} open${slowest}.`);
  const modes = new Set(documents.map(({ diagnosticsMode }) => diagnosticsMode));
  for (const mode of modes) {
    const count = documents.filter((each) => each.diagnosticsMode === mode).length;
    const where = modes.size === 1 ? "Mistakes" : `In ${counted(count, "network", "networks")}, mistakes`;
    lines.push(`${where} are ${MODES[mode] ?? `shown by the mode ${mode}`}.`);
  }
  const files = new Set(documents.flatMap(({ settings }) => settings ?? []));
  if (files.size > 0) {
    lines.push(`Settings come from ${[...files].join(", ")} too.`);
  }
  return lines.join("\n");
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function duration(seconds: number): string {
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  if (hours > 0) {
    return counted(hours, "hour", "hours");
  }
  return minutes > 0 ? counted(minutes, "minute", "minutes") : counted(seconds, "second", "seconds");
}
