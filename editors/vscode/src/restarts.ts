// How often a server that ends unexpectedly is started again: a server that crashes on a file would
// otherwise be started for ever.

export const LIMIT = 5;
export const WINDOW_MS = 3 * 60 * 1000;

export class Restarts {
  private times: number[] = [];

  /** Notes a crash. The number of the restart to make, or `undefined` where there were enough. */
  crashed(now: number): number | undefined {
    this.times = this.times.filter((time) => now - time < WINDOW_MS);
    if (this.times.length >= LIMIT) {
      return undefined;
    }
    this.times.push(now);
    return this.times.length;
  }

  /** Forgets the crashes: the user has asked for a new start. */
  forget(): void {
    this.times = [];
  }
}
