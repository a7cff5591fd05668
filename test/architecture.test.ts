import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Dependencies point one way. A folder of `src` and what it may import beside itself; `cli` may import everything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  // The pure core: no venue, no socket, no clock, no package, nothing of Node.
  ring: [],
  feed: ['ring'],
  journal: ['ring'],
  order: ['ring', 'journal'],
  // What the core is fed by and runs on; knows no venue.
  io: ['ring', 'capture'],
  runtime: ['ring', 'io'],
  // Plug-ins: a venue is found through `venues/registry.ts`.
  venues: ['feed', 'order', 'ring', 'runtime', 'io'],
  // What joins them.
  capture: ['feed', 'ring', 'runtime', 'venues'],
  strategy: ['feed', 'order', 'ring', 'runtime', 'venues'],
  gateway: ['feed', 'order', 'journal', 'ring', 'io', 'runtime', 'venues', 'strategy', 'config'],
  router: ['feed', 'order', 'ring', 'io', 'runtime', 'capture', 'venues', 'strategy', 'config', 'gateway'],
  config: ['feed', 'order', 'sim'],
  doctor: ['io', 'runtime', 'config'],
  service: ['io'],
  // The one model of what a router does, read from its counters: shared by terminal, top and API.
  status: ['feed', 'order', 'ring', 'io', 'runtime', 'strategy'],
  server: ['status', 'feed', 'ring', 'runtime', 'config', 'order', 'strategy', 'router', 'venues'],
  sim: ['feed', 'ring', 'io', 'runtime', 'capture', 'venues', 'config'],
};
/** The whole program: they may import everything, and only they may import `cli`. */
const ENTRIES = ['cli', 'index.ts', 'index.test.ts'];
/** Folders whose code must be a function of its input. */
const PURE = ['feed', 'ring', 'order', 'journal'];
/** What a pure file may import all the same, because it is a constant of the machine. */
const CONSTANTS = ['ring/memory-order.ts imports node:os'];
/** Folders that import each other, and why that is right. */
const CYCLES: ReadonlyArray<readonly string[]> = [
  ['config', 'sim'], // the simulator is configured, and has a grammar of faults of its own
];

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));
const PACKAGE = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>;
};

interface Import {
  readonly file: string;
  /** First part of the file's path in `src`. */
  readonly from: string;
  /** What is imported, as it is written. */
  readonly specifier: string;
  /** For relative imports: path in `src`. */
  readonly target?: string;
  readonly to?: string;
  /** `type`: gone once the types are stripped. */
  readonly kind: 'type' | 'value';
}

const IMPORT = /\b(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
const isTest = (path: string) => /\.test\.ts$/.test(path) || path.split(sep).includes('testing');

function importsOf(file: string): Import[] {
  const path = relative(SOURCES, file);
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map((match) => {
    const specifier = match[1] ?? match[2];
    const from = path.split(sep)[0];
    const kind = /^(import|export)\s+type\b/.test(match[0]) ? 'type' : 'value';
    if (!specifier.startsWith('.')) return { file: path, from, specifier, kind };
    const target = relative(SOURCES, join(dirname(file), specifier));
    return { file: path, from, specifier, target, to: target.split(sep)[0], kind };
  });
}

const FILES = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
const SHIPPED = FILES.filter((path) => !isTest(path)).flatMap((path) => importsOf(join(SOURCES, path)));
const shown = ({ file, specifier }: Import) => `${file} imports ${specifier}`;

describe('the house', () => {
  it('is made of the folders that this test knows', () => {
    const folders = [...new Set(FILES.map((path) => path.split(sep)[0]))];
    expect(folders.filter((name) => !(name in MAY_IMPORT) && !ENTRIES.includes(name))).toEqual([]);
    expect(SHIPPED.length).toBeGreaterThan(100);
  });

  it('has dependencies that point one way', () => {
    const wrong = SHIPPED.filter(
      ({ from, to }) =>
        to !== undefined && to !== from && !ENTRIES.includes(from) && !(MAY_IMPORT[from] ?? []).includes(to),
    );
    expect(wrong.map(shown)).toEqual([]);
  });

  it('has no cycles between folders but those listed', () => {
    const next = new Map<string, Set<string>>();
    for (const { from, to } of SHIPPED) {
      if (to === undefined || to === from) continue;
      next.set(from, (next.get(from) ?? new Set()).add(to));
    }
    const reach = (start: string): Set<string> => {
      const seen = new Set<string>();
      const open = [start];
      for (let here = open.pop(); here !== undefined; here = open.pop())
        for (const there of next.get(here) ?? [])
          if (!seen.has(there)) {
            seen.add(there);
            open.push(there);
          }
      return seen;
    };
    // Without the direct steps of the listed cycles, nothing may lead back to where it came from.
    for (const cycle of CYCLES) for (const from of cycle) for (const to of cycle) next.get(from)?.delete(to);
    const back = [...next.keys()].filter((folder) => reach(folder).has(folder));
    expect(back).toEqual([]);
  });

  it('lists no cycle that is gone', () => {
    const has = (from: string, to: string) => SHIPPED.some((one) => one.from === from && one.to === to);
    expect(CYCLES.filter(([a, b]) => !has(a, b) || !has(b, a))).toEqual([]);
  });
});

describe('the pure folders', () => {
  it('import nothing of Node and no package: no clock, no socket, no randomness', () => {
    const ambient = SHIPPED.filter(({ from, to }) => PURE.includes(from) && to === undefined);
    expect(ambient.map(shown)).toEqual(CONSTANTS);
  });

  it('name no venue', () => {
    const venues = readdirSync(join(SOURCES, 'venues'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const named = SHIPPED.filter(
      ({ from, specifier }) => PURE.includes(from) && venues.some(({ name }) => specifier.includes(name)),
    );
    expect(named.map(shown)).toEqual([]);
  });
});

describe("the simulated venue's order side", () => {
  it('shares nothing with the order half that it is the truth for, not even by way of others', () => {
    const seen = new Set<string>(FILES.filter((path) => path.startsWith(join('sim', 'exchange')) && !isTest(path)));
    expect(seen.size).toBeGreaterThan(5);
    for (const file of seen) {
      for (const { target, kind } of importsOf(join(SOURCES, file))) {
        if (target !== undefined && kind !== 'type') seen.add(target);
      }
    }
    expect([...seen].filter((path) => path.startsWith(`order${sep}`) || path.startsWith(`gateway${sep}`))).toEqual([]);
  });
});

describe('the shipped code', () => {
  it('imports no test support', () => {
    const wrong = SHIPPED.filter(({ target }) => target !== undefined && isTest(target));
    expect(wrong.map(shown)).toEqual([]);
  });

  it('imports only packages that are installed with it', () => {
    const installed = new Set([...Object.keys(PACKAGE.dependencies), 'warmline']);
    const wrong = SHIPPED.filter(({ specifier, target }) => {
      if (target !== undefined || specifier.startsWith('node:')) return false;
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      return !installed.has(name);
    });
    expect(wrong.map(shown)).toEqual([]);
  });

  it('says node: where it imports what Node has', () => {
    const bare = SHIPPED.filter(({ specifier }) => builtinModules.includes(specifier));
    expect(bare.map(shown)).toEqual([]);
  });

  it('imports by full file name, so that it runs without a build', () => {
    const wrong = SHIPPED.filter(({ target }) => target !== undefined && !/\.(ts|json)$/.test(target));
    expect(wrong.map(shown)).toEqual([]);
  });

  it('gives each field its value as the object is made: published, a field without one would be added later, and change the shape', () => {
    const bare = /^ {2}(?:(?:private|protected|public|override) )*\w+(?:\?: [^=(]*|: unknown|: [^=(]*\| undefined);$/;
    const inClass = (text: string) =>
      [...text.matchAll(/^(?:export )?(?:abstract )?class .*?^}/gms)].map(([body]) => body);
    const wrong = FILES.filter((path) => !isTest(path)).flatMap((path) =>
      inClass(readFileSync(join(SOURCES, path), 'utf8'))
        .flatMap((body) => body.split('\n'))
        .filter((line) => bare.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(wrong).toEqual([]);
  });
});
