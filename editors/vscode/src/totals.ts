// What the status item shows of a file: the totals of its networks, short enough for a status bar.

/** A number, an unknown, or bounds. */
export type Count = Known | null;

type Known = number | { min: number; max: number };

/** What is read of the answer of `neural-analyzer/totals`. */
export interface Sums {
  networks?: Network[];
}

interface Network {
  name: string | null;
  totals: { trainable: Count; non_trainable: Count; macs: Count; parameters_at_least?: number };
}

export interface Totals {
  text: string;
  detail: string;
}

/** The totals of the first network, and how many more there are. */
export function totals({ networks = [] }: Sums): Totals | undefined {
  const [network, ...others] = networks;
  if (!network) {
    return undefined;
  }
  const parameters = sum(network.totals.trainable, network.totals.non_trainable);
  const { macs, parameters_at_least: known = 0 } = network.totals;
  const parts: string[] = [];
  if (parameters !== null) {
    parts.push(`${exact(parameters)} parameters`);
  } else if (known > 0) {
    parts.push(`≥ ${exact(known)} parameters`);
  }
  if (macs !== null) {
    parts.push(`${short(macs)}MACs`);
  }
  return { text: parts.join(", ") || "totals unknown", detail: detail(network, others) };
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
  const bounds = (count: Known) =>
    typeof count === "number" ? { min: count, max: count } : count;
  const [a, b] = [bounds(left), bounds(right)];
  return { min: a.min + b.min, max: a.max + b.max };
}

function each(count: Known, write: (number: number) => string): string {
  return typeof count === "number" ? write(count) : `${write(count.min).trim()}–${write(count.max)}`;
}

function exact(count: Known): string {
  return each(count, (number) => number.toLocaleString("en-US"));
}

const UNITS = ["", "k", "M", "G", "T", "P", "E"];

/** `888 k`: three digits and a unit, to stand before a name. */
function short(count: Known): string {
  return each(count, (number) => {
    let unit = 0;
    while (number >= 999.5 && unit + 1 < UNITS.length) {
      number /= 1000;
      unit++;
    }
    const digits = unit === 0 || number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;
    return `${number.toFixed(digits)} ${UNITS[unit] ?? ""}`;
  });
}
