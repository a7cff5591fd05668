import type { LedgerCells } from './ledger-cells.ts';
import { PositionCell, TotalCell } from './ledger-layout.ts';
import { LIMIT_TABLE } from './limit-table.ts';
import type { OrderFacts } from './order-facts.ts';
import type { LimitSetting } from './risk-limits.ts';
import { type RiskShape, ScopeRows } from './risk-shape.ts';
import { SCOPE_NAMES } from './scope.ts';
import { type DayLimit, type DayPosition, type Place, type StartOfDay, StartOfDayError } from './start-of-day.ts';

/** A start of day with names turned into numbers: one `balance` or `position` record each. */
export interface NumberedDay {
  readonly day: number;
  readonly balances: readonly { readonly account: number; readonly cash4: number }[];
  readonly positions: readonly NumberedPosition[];
  /** For `RiskLimits.load`, on top of the config's. */
  readonly limits: readonly LimitSetting[];
}

export interface NumberedPosition {
  readonly account: number;
  /** -1: the account's whole. */
  readonly strategy: number;
  readonly instrument: number;
  readonly shares: number;
  /** As the journal has it: times the shares, rounded, it is the cost again. */
  readonly averagePrice4: number;
}

const START: Place = { line: 1, column: 1 };

/**
 * Finds whom and what a start of day names among those that the config has.
 * @param day the trading day that is to begin
 * @throws {StartOfDayError} where a name is not known, or the file is of another day
 */
export function numberStartOfDay(start: StartOfDay, shape: RiskShape, day: number): NumberedDay {
  if (start.day !== day) throw new StartOfDayError(START, `this is the start of ${start.day}, and ${day} is to begin`);
  const accountOf = finder('account', shape.accounts);
  const strategies = shape.strategies.map(({ name }) => name);
  const strategyOf = finder('strategy', strategies);
  const instrumentOf = finder(
    'instrument',
    shape.instruments.map(({ symbol }) => symbol),
  );
  return {
    day,
    balances: start.balances.map(({ account, cash4, at }) => ({ account: accountOf(account, at), cash4 })),
    limits: start.limits.map((limit) => numberLimit(limit, shape)),
    positions: start.positions.map((position) => {
      const { at } = position;
      const account = accountOf(position.account, at);
      const strategy = position.strategy === undefined ? -1 : strategyOf(position.strategy, at);
      if (strategy >= 0 && shape.strategies[strategy].account !== account) {
        throw new StartOfDayError(
          at ?? START,
          `strategy ${position.strategy} does not trade for account ${position.account}`,
        );
      }
      return { account, strategy, instrument: instrumentOf(position.symbol, at), ...sharesOf(position) };
    }),
  };
}

/** Tells a start of day to the facts; the caller has written the same to the journal before. */
export function applyStartOfDay(facts: OrderFacts, { balances, positions }: NumberedDay): void {
  for (const { account, cash4 } of balances) facts.balance(account, cash4);
  for (const { account, strategy, instrument, shares, averagePrice4 } of positions) {
    facts.position(account, strategy, instrument, shares, averagePrice4, 0);
  }
}

/**
 * What the next day begins with, if nothing happens in between: cash and positions as the ledger has them, at their cost.
 * What was realised is in the cash.
 */
export function rollOver(ledger: LedgerCells, shape: RiskShape, day: number): StartOfDay {
  const { cells } = ledger;
  const balances = shape.accounts.map((account, index) => ({
    account,
    cash4: cells[ledger.totalOf(ledger.firstAccount + index) + TotalCell.cash4],
  }));
  const positions: DayPosition[] = [];
  shape.accounts.forEach((account, index) => {
    shape.instruments.forEach(({ symbol }, instrument) => {
      const whole = held(ledger, ledger.ofAccount(index, instrument));
      const own = shape.strategies.flatMap(({ name, account: of }, strategy) => {
        const part = held(ledger, ledger.ofStrategy(strategy, instrument));
        return of === index && part.shares !== 0 ? [{ account, symbol, ...part, strategy: name }] : [];
      });
      if (whole.shares !== 0 || own.length > 0) positions.push({ account, symbol, ...whole });
      positions.push(...own);
    });
  });
  return { day, balances, positions, limits: [] };
}

function numberLimit({ limit, scope, name, value, at }: DayLimit, shape: RiskShape): LimitSetting {
  const spec = LIMIT_TABLE.find((entry) => entry.name === limit);
  if (spec === undefined || !spec.scopes.includes(scope)) {
    throw new StartOfDayError(at ?? START, `there is no limit ${limit} for the scope ${SCOPE_NAMES[scope]}`);
  }
  const rows = new ScopeRows(shape);
  const names = Array.from({ length: rows.size(scope) }, (_, index) => rows.name(scope, index));
  return { limit: spec.id, scope, index: finder(SCOPE_NAMES[scope], names)(name, at), value };
}

function held(ledger: LedgerCells, row: number): { shares: number; cost4: number } {
  return { shares: ledger.cells[row + PositionCell.position], cost4: ledger.cells[row + PositionCell.cost4] };
}

function sharesOf({ shares, cost4 }: DayPosition): { shares: number; averagePrice4: number } {
  return { shares, averagePrice4: shares === 0 ? 0 : cost4 / shares };
}

function finder(what: string, names: readonly string[]): (name: string, at: Place | undefined) => number {
  return (name, at) => {
    const index = names.indexOf(name);
    if (index < 0)
      throw new StartOfDayError(at ?? START, `the config has no ${what} ${name}; it has ${names.join(', ')}`);
    return index;
  };
}
