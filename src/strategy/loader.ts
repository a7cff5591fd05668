import { pathToFileURL } from 'node:url';
import type { Strategy, StrategyContext, StrategyFactory } from './api.ts';
import { registerStrategyImports } from './resolve-hook.ts';

/** Why a strategy could not be loaded, for people: which one, what is wrong, what to do. */
export class StrategyLoadError extends Error {
  override readonly name = 'StrategyLoadError';
}

/** A strategy awaits something, so a thread that never enters its event loop cannot run it. */
export class NeedsEventLoopError extends Error {
  override readonly name = 'NeedsEventLoopError';
  readonly strategy: string;
  readonly callback: string;
  constructor(strategy: string, callback: string) {
    super(`strategy ${strategy}: ${callback} is async; a spinning thread never enters its event loop`);
    this.strategy = strategy;
    this.callback = callback;
  }
}

/**
 * Loads a strategy module and makes one instance.
 * @param modulePath absolute path of a `.ts` or `.js` module
 * @throws {StrategyLoadError} naming the module and the remedy
 */
export async function loadStrategy(modulePath: string, context: StrategyContext): Promise<Strategy> {
  registerStrategyImports();
  const label = `strategy ${context.name} (${modulePath})`;
  let exported: { default?: unknown };
  try {
    exported = (await import(pathToFileURL(modulePath).href)) as { default?: unknown };
  } catch (error) {
    throw new StrategyLoadError(`${label}: ${explainImportFailure(error)}`, { cause: error });
  }
  if (typeof exported.default !== 'function') {
    throw new StrategyLoadError(
      `${label}: has no default export made by defineStrategy(); write: export default defineStrategy((context) => ({ … }))`,
    );
  }
  let strategy: Strategy;
  try {
    strategy = await (exported.default as StrategyFactory)(context);
  } catch (error) {
    throw new StrategyLoadError(`${label}: its factory threw: ${messageOf(error)}`, { cause: error });
  }
  if (strategy === null || typeof strategy !== 'object') {
    throw new StrategyLoadError(
      `${label}: its factory returned ${String(strategy)}; it must return an object of callbacks`,
    );
  }
  return strategy;
}

/** The name of the first callback that is an async function, or undefined. */
export function asyncCallback(strategy: Strategy): string | undefined {
  let holder: object | null = strategy;
  while (holder !== null && holder !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(holder)) {
      const value: unknown = (strategy as Record<string, unknown>)[name];
      if (name.startsWith('on') && typeof value === 'function' && value.constructor.name === 'AsyncFunction')
        return name;
    }
    holder = Object.getPrototypeOf(holder) as object | null;
  }
  return undefined;
}

function explainImportFailure(error: unknown): string {
  const code = (error as { code?: string } | null)?.code;
  if (code === 'ERR_MODULE_NOT_FOUND')
    return `not found, or it imports something that is not there: ${messageOf(error)}`;
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return `uses TypeScript that does more than annotate types (enum, namespace, parameter properties): ${messageOf(error)}. Write constants as \`const X = { … } as const\`, or compile the file to JavaScript first`;
  }
  return `could not be loaded: ${messageOf(error)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
