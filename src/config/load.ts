import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Document, isScalar, LineCounter, parseAllDocuments, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { locate, type Place } from './locate.ts';
import type { OrdersConfig } from './orders-schema.ts';
import { configSchema, type WarmlineConfig } from './schema.ts';
import type { SimOrdersConfig } from './sim-orders-schema.ts';
import { findWarnings } from './warnings.ts';
import { type Finding, wordIssues } from './wording.ts';

/** One violation or warning, with its place. */
export interface ConfigProblem extends Place {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** The key it is about, for example `feeds[0].lines[1].port`; empty for the whole file. */
  readonly key: string;
  readonly message: string;
}

/** `FILE:LINE:COL: key: message`, which terminals and editors turn into a link. */
export function formatProblem(problem: ConfigProblem): string {
  const { file, line, column, key, message, severity } = problem;
  return `${file}:${line}:${column}: ${severity === 'warning' ? 'warning: ' : ''}${key === '' ? '' : `${key}: `}${message}`;
}

/** A config that can't be used; carries every violation, not just the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** What was found in a config file. */
export interface ConfigExamination {
  /** Absent where there are errors. */
  readonly config?: WarmlineConfig;
  /** Errors first, each group in the order of the file. */
  readonly problems: readonly ConfigProblem[];
}

/** `['feeds', 0, 'lines', 1, 'port']` → `feeds[0].lines[1].port` */
export function formatKey(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`;
    return text === '' ? segment : `${text}.${segment}`;
  }, '');
}

/** A hand-written config has a handful of aliases; a file that expands without end is refused. */
const MAX_ALIASES = 100;

/**
 * Reads a config and says everything that is wrong with it. Never throws for what the text holds.
 * @param file its name, for messages; relative paths in it are resolved against its folder
 * @param options `files`: warn of files it names that are not on this host
 */
export function examineConfig(
  text: string,
  file: string,
  options: { readonly files?: boolean } = {},
): ConfigExamination {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false, uniqueKeys: true });
  const document: Document | undefined = 'empty' in documents ? undefined : documents[0];
  const problem = (severity: 'error' | 'warning', place: Place, key: string, message: string): ConfigProblem => ({
    severity,
    file,
    line: place.line,
    column: place.column,
    key,
    message,
  });
  const start = { line: 1, column: 1 };
  if (document === undefined || document.contents === null) {
    const syntax = document === undefined ? [] : syntaxProblems(document, lines, problem);
    return { problems: syntax.length > 0 ? syntax : [problem('error', start, '', 'is empty: see deploy/examples')] };
  }
  const syntax = syntaxProblems(document, lines, problem);
  if (syntax.length > 0) return { problems: syntax };
  if (documents.length > 1) {
    const { line, col } = lines.linePos(documents[1].range?.[0] ?? 0);
    const place = { line, column: col };
    return { problems: [problem('error', place, '', 'holds more than one document: a config is one')] };
  }

  let input: unknown;
  try {
    input = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    return { problems: [problem('error', start, '', (error as Error).message)] };
  }
  const toProblem = (severity: 'error' | 'warning') => (finding: Finding) =>
    problem(severity, locate(document, lines, finding.path, finding.at), formatKey(finding.path), finding.message);
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) {
    const findings = wordIssues(parsed.error.issues, input, knownKeys);
    return { problems: findings.map(toProblem('error')).sort(byPlace) };
  }
  const config = resolvePaths(parsed.data, dirname(resolve(file)));
  const warnings = [...findWarnings(config, input), ...(options.files ? findMissingFiles(config, input) : [])];
  return { config, problems: warnings.map(toProblem('warning')).sort(byPlace) };
}

function syntaxProblems(
  document: Document,
  lines: LineCounter,
  problem: (severity: 'error', place: Place, key: string, message: string) => ConfigProblem,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const add = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    problems.push(problem('error', { line: Math.max(line, 1), column: Math.max(col, 1) }, '', `YAML: ${message}`));
  };
  // Warnings are tags that nobody knows: what stands behind them would be read as something else.
  for (const error of [...document.errors, ...document.warnings]) add(error.pos[0], error.message);
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) === undefined)
        add(alias.range?.[0] ?? 0, `no anchor &${alias.source} stands before the alias *${alias.source}`);
    },
    Pair(_, pair) {
      if (!isScalar(pair.key)) add((pair.key as { range?: number[] } | null)?.range?.[0] ?? 0, 'a key must be a word');
    },
  });
  return problems;
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return a.line - b.line || a.column - b.column || a.key.localeCompare(b.key);
}

/**
 * Reads a config.
 * @param file its name, for messages; relative paths in it are resolved against its folder
 * @throws {ConfigError} with every violation at once
 */
export function parseConfig(text: string, file: string): WarmlineConfig {
  const { config, problems } = examineConfig(text, file);
  if (config === undefined) throw new ConfigError(problems);
  return config;
}

/** Where keys stand in a config's text; a key that is not there is shown at the nearest thing that is. */
export function placesIn(text: string): (path: readonly (string | number)[]) => Place {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  return (path) => locate(document, lines, path, 'key');
}

/**
 * Reads a config file.
 * @throws {ConfigError} with every violation at once, or because the file can't be read
 */
export function loadConfig(path: string): WarmlineConfig {
  return parseConfig(readConfigFile(path), path);
}

/** @throws {ConfigError} because the file can't be read */
export function readConfigFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = READ_FAILURES[code ?? ''] ?? `can't be read: ${code ?? (error as Error).message}`;
    throw new ConfigError([{ severity: 'error', file: path, line: 1, column: 1, key: '', message: why }]);
  }
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: "can't be read: no permission",
  EISDIR: 'is a folder, not a file',
};

/** File names in a config are relative to the config, not to where the program was started. */
function resolvePaths(config: WarmlineConfig, folder: string): WarmlineConfig {
  return {
    ...config,
    feeds: config.feeds.map((feed) => {
      const { snapshot } = feed;
      if (snapshot?.passwordFile === undefined) return feed;
      return { ...feed, snapshot: { ...snapshot, passwordFile: resolve(folder, snapshot.passwordFile) } };
    }),
    strategies: config.strategies.map((one) => ({ ...one, module: resolve(folder, one.module) })),
    ...(config.orders === undefined ? {} : { orders: resolveOrderPaths(config.orders, folder) }),
    ...(config.sim?.orders === undefined
      ? {}
      : { sim: { ...config.sim, orders: resolveSimOrders(config.sim.orders, folder) } }),
    flightRecorder: { ...config.flightRecorder, directory: resolve(folder, config.flightRecorder.directory) },
    api: {
      ...config.api,
      tokens: resolve(folder, config.api.tokens),
      tls: config.api.tls && {
        certificate: resolve(folder, config.api.tls.certificate),
        key: resolve(folder, config.api.tls.key),
      },
    },
  };
}

function resolveOrderPaths(orders: OrdersConfig, folder: string): OrdersConfig {
  const at = (path: string | undefined) => (path === undefined ? undefined : resolve(folder, path));
  return {
    ...orders,
    directory: resolve(folder, orders.directory),
    startOfDay: at(orders.startOfDay),
    dropCopy: orders.dropCopy && { ...orders.dropCopy, passwordFile: at(orders.dropCopy.passwordFile) },
    journal: { ...orders.journal, ringDirectory: at(orders.journal.ringDirectory) },
    groups: orders.groups.map((group) => ({
      ...group,
      ports: group.ports.map((port) => ({ ...port, passwordFile: at(port.passwordFile) })),
    })),
  };
}

function resolveSimOrders(orders: SimOrdersConfig, folder: string): SimOrdersConfig {
  const inFolder = <T extends { passwordFile?: string }>(one: T): T =>
    one.passwordFile === undefined ? one : { ...one, passwordFile: resolve(folder, one.passwordFile) };
  return { ...orders, ports: orders.ports?.map(inFolder), dropCopies: orders.dropCopies.map(inFolder) };
}

/** Files that a config names and that are not on this host. */
function findMissingFiles(config: WarmlineConfig, input: unknown): Finding[] {
  const findings: Finding[] = [];
  const look = (path: (string | number)[], file: string | undefined) => {
    if (file !== undefined && !existsSync(file)) findings.push({ path, message: `there is no ${file}`, at: 'value' });
  };
  const short = (input as { strategy?: string }).strategy !== undefined;
  config.strategies.forEach((one, i) => {
    look(short ? ['strategy'] : ['strategies', i, 'module'], one.module);
  });
  config.feeds.forEach((feed, i) => {
    look(['feeds', i, 'snapshot', 'passwordFile'], feed.snapshot?.passwordFile);
  });
  look(['orders', 'startOfDay'], config.orders?.startOfDay);
  look(['orders', 'dropCopy', 'passwordFile'], config.orders?.dropCopy?.passwordFile);
  config.orders?.groups.forEach((group, i) => {
    group.ports.forEach((port, k) => {
      look(['orders', 'groups', i, 'ports', k, 'passwordFile'], port.passwordFile);
    });
  });
  config.sim?.orders?.ports?.forEach((port, i) => {
    look(['sim', 'orders', 'ports', i, 'passwordFile'], port.passwordFile);
  });
  config.sim?.orders?.dropCopies.forEach((copy, i) => {
    look(['sim', 'orders', 'dropCopies', i, 'passwordFile'], copy.passwordFile);
  });
  return findings;
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  /** Of a map whose keys are names. */
  readonly additionalProperties?: SchemaNode | boolean;
  readonly anyOf?: readonly SchemaNode[];
}

let inputSchema: SchemaNode | undefined;

/** The keys that the schema knows for a map at `path`. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  inputSchema ??= z.toJSONSchema(configSchema, { io: 'input' }) as SchemaNode;
  let nodes: SchemaNode[] = [inputSchema];
  for (const segment of path) {
    nodes = nodes
      .flatMap((node) => [node, ...(node.anyOf ?? [])])
      .map((node) =>
        typeof segment === 'number' ? node.items : (node.properties?.[String(segment)] ?? node.additionalProperties),
      )
      .filter((node) => typeof node === 'object');
  }
  return nodes.flatMap((node) => [node, ...(node.anyOf ?? [])]).flatMap((node) => Object.keys(node.properties ?? {}));
}
