import { readFileSync } from 'node:fs';
import type { OrdersConfig } from '../config/orders-schema.ts';
import { StartError } from '../config/start-error.ts';
import { type NumberedDay, numberStartOfDay } from '../order/day-roll.ts';
import type { RiskShape } from '../order/risk-shape.ts';
import { parseStartOfDay, StartOfDayError } from '../order/start-of-day.ts';

const MONEY_UNIT = 10_000;

/**
 * What the day begins with: the start-of-day file where the config names one, else everything flat and the cash of the
 * config's accounts.
 * @throws {StartError} with file, line and column of what is wrong
 */
export function loadStartOfDay(orders: OrdersConfig, shape: RiskShape, day: number): NumberedDay {
  const path = orders.startOfDay;
  if (path === undefined) {
    const balances = orders.accounts.map(({ cash }, account) => ({ account, cash4: Math.round(cash * MONEY_UNIT) }));
    return { day, balances, positions: [], limits: [] };
  }
  try {
    return numberStartOfDay(parseStartOfDay(readFileSync(path, 'utf8')), shape, day);
  } catch (error) {
    if (error instanceof StartOfDayError) {
      throw new StartError(
        `${path}:${error.line}:${error.column}: ${error.message}`,
        'mend the file, or name the right one as orders.startOfDay: nothing is traded on wrong positions',
      );
    }
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new StartError(`orders.startOfDay ${path} can't be read: ${why}`, 'put it there, readable by the router');
  }
}
