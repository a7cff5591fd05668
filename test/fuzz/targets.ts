import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A decoder under fuzz: `src/**\/testing/fuzz-*.ts` exports one as `target`. */
export interface FuzzTarget {
  readonly name: string;
  /** Valid inputs that mutations start from. */
  readonly seeds: readonly Uint8Array[];
  /** Decodes one input; throws if that breaks a promise. The bytes are only lent. */
  run(bytes: Uint8Array): void;
}

const SOURCE = resolve(import.meta.dirname, '../../src');

/** Loads every fuzz target of the source tree, in the order of their names. */
export async function loadTargets(): Promise<FuzzTarget[]> {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(^|\/)testing\/fuzz-[^/]+\.ts$/.test(path),
  );
  const targets: FuzzTarget[] = [];
  for (const file of files) {
    const module = (await import(pathToFileURL(join(SOURCE, file)).href)) as { target?: FuzzTarget };
    if (module.target === undefined) throw new Error(`${file} exports no target`);
    targets.push(module.target);
  }
  return targets.sort((a, b) => (a.name < b.name ? -1 : 1));
}
