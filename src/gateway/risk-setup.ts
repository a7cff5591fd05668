import type { LimitValues } from '../config/risk-schema.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import { tradersOf } from '../config/traders.ts';
import { LIMIT_TABLE, NO_LIMIT } from '../order/limit-table.ts';
import type { LimitSetting } from '../order/risk-limits.ts';
import type { RiskWindows } from '../order/risk-request.ts';
import type { RiskShape } from '../order/risk-shape.ts';
import { Scope } from '../order/scope.ts';

/** Who trades what, numbered as the config lists them. One config is one venue. @throws {Error} without a section `orders` */
export function riskShapeOf(config: WarmlineConfig): RiskShape {
  const { accounts, instruments } = ordersOf(config);
  const accountNames = accounts.map(({ name }) => name);
  return {
    venues: [config.venue],
    accounts: accountNames,
    strategies: tradersOf(config).map(({ name, orders }) => ({
      name,
      account: orders?.account === undefined ? 0 : accountNames.indexOf(orders.account),
    })),
    instruments: instruments.map(({ symbol, tick4, lowTick4, lowTickBelow4 }) => ({
      symbol,
      venue: 0,
      tick4,
      lowTick4,
      lowTickBelow4,
    })),
  };
}

export function riskWindowsOf(config: WarmlineConfig): RiskWindows {
  return ordersOf(config).risk.windows;
}

/**
 * Every limit at every scope, those that are not set included: of a reload it shows too what was taken out of the config,
 * which makes a limit wider and so is an operator's to do.
 */
export function limitSettingsOf(config: WarmlineConfig, shape: RiskShape): LimitSetting[] {
  const { global, venue, accounts, strategies, instruments, restricted } = ordersOf(config).risk;
  const settings = [...settingsOf(Scope.global, 0, global), ...settingsOf(Scope.venue, 0, venue)];
  shape.accounts.forEach((name, i) => {
    settings.push(...settingsOf(Scope.account, i, accounts[name]));
  });
  shape.strategies.forEach(({ name }, i) => {
    settings.push(...settingsOf(Scope.strategy, i, strategies[name]));
  });
  const banned = new Set(restricted);
  shape.instruments.forEach(({ symbol }, i) => {
    const own = instruments[symbol];
    settings.push(...settingsOf(Scope.instrument, i, banned.has(symbol) ? { ...own, restricted: 0 } : own));
  });
  return settings;
}

function settingsOf(scope: Scope, index: number, values: LimitValues = {}): LimitSetting[] {
  return LIMIT_TABLE.filter(({ scopes }) => scopes.includes(scope)).map(({ id, name }) => ({
    limit: id,
    scope,
    index,
    value: values[name] ?? NO_LIMIT,
  }));
}

function ordersOf(config: WarmlineConfig): NonNullable<WarmlineConfig['orders']> {
  if (config.orders === undefined) throw new Error('the config has no section orders');
  return config.orders;
}
