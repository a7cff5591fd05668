import type { z } from 'zod';

/** Checks of the section `orders.risk` against who and what there is; see `checks.ts`. */

// biome-ignore lint/suspicious/noExplicitAny: a partly invalid config has any shape
type Loose = any;
type Context = z.core.$RefinementCtx;

const isObject = (value: unknown): value is Record<string, Loose> => typeof value === 'object' && value !== null;
const listOf = (value: unknown): Loose[] => (Array.isArray(value) ? value : []);
const textsOf = (list: unknown, key: string): string[] =>
  listOf(list)
    .map((one) => one?.[key])
    .filter((one): one is string => typeof one === 'string');

/** The name of a strategy that stands alone under `strategy`. */
const SOLE_STRATEGY_NAME = 'strategy';

export function checkRisk(config: Loose, context: Context): void {
  const risk = config?.orders?.risk;
  if (!isObject(risk)) return;
  const strategies = config.strategy === undefined ? textsOf(config.strategies, 'name') : [SOLE_STRATEGY_NAME];
  const symbols = textsOf(config.orders.instruments, 'symbol');
  const known = {
    accounts: { what: 'account', names: textsOf(config.orders.accounts, 'name') },
    strategies: { what: 'strategy', names: strategies },
    instruments: { what: 'instrument', names: symbols },
  };
  for (const [key, { what, names }] of Object.entries(known)) {
    if (!isObject(risk[key])) continue;
    for (const name of Object.keys(risk[key])) {
      if (!names.includes(name)) report(context, ['orders', 'risk', key, name], missing(what, name, names), 'key');
    }
  }
  listOf(risk.restricted).forEach((symbol, i) => {
    if (typeof symbol === 'string' && !symbols.includes(symbol))
      report(context, ['orders', 'risk', 'restricted', i], missing('instrument', symbol, symbols), 'value');
  });
}

function missing(what: string, name: string, names: readonly string[]): string {
  const list = names.length === 0 ? 'there are none' : `they are ${names.join(', ')}`;
  return `no ${what} is called "${name}": ${list}`;
}

function report(context: Context, path: (string | number)[], message: string, at: 'key' | 'value'): void {
  context.addIssue({ code: 'custom', path, message, params: { at } });
}
