import type { WarmlineConfig } from './schema.ts';

/** Name under which programs trade that use the API; no strategy may have it. */
export const API_TRADER = 'api';

/** Whoever may send orders: the strategies in the order of the config, then the API where it may. */
export interface Trader {
  readonly name: string;
  readonly orders: { readonly account?: string; readonly group?: string; readonly lostRoute?: string } | undefined;
}

export function tradersOf(config: WarmlineConfig): readonly Trader[] {
  const strategies = config.strategies.map(({ name, orders }) => ({ name, orders }));
  if (!apiTrades(config)) return strategies;
  return [...strategies, { name: API_TRADER, orders: config.api.orders }];
}

/** Whether the config lets programs send orders over the API. */
export function apiTrades(config: WarmlineConfig): boolean {
  return config.api.enabled && config.api.orders !== undefined && config.orders !== undefined;
}
