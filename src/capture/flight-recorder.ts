import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dumpFlight, type FlightDump, type FlightSource } from './flight-dump.ts';

export interface FlightRecorderOptions {
  /** Stands at the front of each file's name. */
  readonly venue: string;
  readonly sources: readonly FlightSource[];
  /** Where captures are written; made if it is not there. */
  readonly directory: string;
  /** How far back a capture reaches, in ns. */
  readonly lastNs: number;
  /** Captures kept in the directory; the oldest are deleted. Default 20. */
  readonly keep?: number;
  /** Bytes of captures kept, likewise. Default 1 GiB. */
  readonly budgetBytes?: number;
  /** After an incident's capture of a feed, further incidents of it write none for this long. Default 10 s. */
  readonly quietMs?: number;
}

/** What asking for a capture led to. */
export type FlightRecord =
  | ({ readonly kind: 'written'; readonly path: string; readonly deleted: readonly string[] } & FlightDump)
  /** The feed's last capture is too recent: this incident is in it, or follows it closely. */
  | { readonly kind: 'tooSoon' }
  | { readonly kind: 'failed'; readonly error: string };

const DEFAULT_KEEP = 20;
const DEFAULT_BUDGET_BYTES = 1024 ** 3;
const DEFAULT_QUIET_MS = 10_000;
const EXTENSION = '.pcapng';

/**
 * Writes flight captures on incidents and on demand, on the main thread: named after venue, feed, time and reason, not
 * more often than is useful, and within a budget on the disk.
 */
export class FlightRecorder {
  readonly #options: FlightRecorderOptions;
  readonly #lastWrittenMs = new Map<string, number>();

  constructor(options: FlightRecorderOptions) {
    this.#options = options;
  }

  /**
   * An incident of a feed: writes its lines' last packets, unless it did so a moment ago.
   * @param nowMs UTC ms, as of `Date.now()`
   */
  onIncident(feed: string, reason: string, nowMs: number): FlightRecord {
    const { quietMs = DEFAULT_QUIET_MS } = this.#options;
    const last = this.#lastWrittenMs.get(feed);
    if (last !== undefined && Math.abs(nowMs - last) < quietMs) return { kind: 'tooSoon' };
    return this.#write(feed, reason, nowMs);
  }

  /** Someone asked: writes always. @param feed all feeds where absent */
  onDemand(nowMs: number, feed?: string): FlightRecord {
    return this.#write(feed, 'on-demand', nowMs);
  }

  #write(feed: string | undefined, reason: string, nowMs: number): FlightRecord {
    const { venue, sources, directory, lastNs } = this.#options;
    const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').replace('.', '');
    const name = [venue, feed ?? 'all', stamp, reason].map(fileWord).join('_');
    try {
      mkdirSync(directory, { recursive: true });
      const path = join(directory, `${name}${EXTENSION}`);
      const dump = dumpFlight(sources, path, { lastNs, reason, feed });
      if (feed !== undefined) this.#lastWrittenMs.set(feed, nowMs);
      return { kind: 'written', path, ...dump, deleted: this.#clear(path) };
    } catch (error) {
      return { kind: 'failed', error: (error as Error).message };
    }
  }

  /** Deletes this venue's oldest captures beyond the budget, never the one just written. */
  #clear(newest: string): string[] {
    const { venue, directory, keep = DEFAULT_KEEP, budgetBytes = DEFAULT_BUDGET_BYTES } = this.#options;
    const captures = readdirSync(directory)
      .filter((name) => name.startsWith(`${fileWord(venue)}_`) && name.endsWith(EXTENSION))
      .map((name) => join(directory, name))
      .filter((path) => path !== newest)
      .map((path) => ({ path, status: statSync(path, { throwIfNoEntry: false }) }))
      .filter(({ status }) => status?.isFile())
      .map(({ path, status }) => ({ path, bytes: status?.size ?? 0, writtenMs: status?.mtimeMs ?? 0 }))
      .sort((a, b) => b.writtenMs - a.writtenMs || (a.path < b.path ? 1 : -1));
    const deleted: string[] = [];
    let kept = 1;
    let bytes = statSync(newest).size;
    for (const capture of captures) {
      kept++;
      bytes += capture.bytes;
      if (kept <= keep && bytes <= budgetBytes) continue;
      rmSync(capture.path, { force: true });
      deleted.push(capture.path);
    }
    return deleted;
  }
}

/** Letters, digits, dots and dashes only. */
function fileWord(text: string): string {
  return text.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^[-.]+/, '') || 'x';
}
