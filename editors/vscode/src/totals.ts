// What the status item shows of a file: the totals of its networks, short enough for a status bar.

/** A number, an unknown, or bounds. */
export type Count = number | null | { min: number; max: number };

/** What is read of the document that `neural-analyzer/shapes` answers with. */
export interface Shapes {
  networks?: Network[];
}

interface Network {
  name: string | null;
  layers?: unknown[];
  totals: { trainable: Count; non_trainable: Count; macs: Count };
}

export interface Totals {
  text: string;
  detail: string;
}

/** The totals of the first network, and how many more there are. */
export function totals({ networks = [] }: Shapes): Totals | undefined {
  const [network, ...others] = networks;
  if (!network) {
    return undefined;
  }
  const parameters = sum(network.totals.trainable, network.totals.non_trainable);
  const macs = network.totals.macs;
  if (parameters === null && macs === null) {
    return { text: "totals unknown", detail: detail(network, others) };
  }
  return {
    text: `${exact(parameters)} parameters, ${short(macs)}MACs`,
    detail: detail(network, others),
  };
}

function detail(network: Network, others: Network[]): string {
  const name = network.name ?? "network";
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}

function sum(left: Count, right: Count): Count {
  if (left === null || right === null) {
    return null;
  }
  if (typeof left === "number" && typeof right === "number") {
    return left + right;
  }
  const bounds = (count: number | { min: number; max: number }) =>
    typeof count === "number" ? { min: count, max: count } : count;
  const [a, b] = [bounds(left), bounds(right)];
  return { min: a.min + b.min, max: a.max + b.max };
}

function each(count: Count, write: (number: number) => string): string {
  if (count === null) {
    return "unknown";
  }
  return typeof count === "number" ? write(count) : `${write(count.min).trim()}–${write(count.max)}`;
}

function exact(count: Count): string {
  return each(count, (number) => number.toLocaleString("en-US"));
}

const UNITS = ["", "k", "M", "G", "T", "P", "E"];

/** `888 k`: three digits and a unit, to stand before a name. */
function short(count: Count): string {
  return each(count, (number) => {
    let unit = 0;
    while (number >= 999.5 && unit + 1 < UNITS.length) {
      number /= 1000;
      unit++;
    }
    const digits = unit === 0 || number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;
    return `${number.toFixed(digits)} ${UNITS[unit] ?? ""}`;
  }).replace(/unknown$/, "unknown ");
}
