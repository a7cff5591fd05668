import { z } from 'zod';
import { LIMIT_TABLE, type LimitSpec, NO_LIMIT } from '../order/limit-table.ts';
import { Scope } from '../order/scope.ts';
import { count, duration, withUnits } from './fields.ts';

/**
 * The section `orders.risk`: limits by scope, from the one table of limits. Read into what the checks use: price4 × shares,
 * parts in ten thousand, nanoseconds; `off` is {@link NO_LIMIT}.
 */

const MOST_COUNT = 2 ** 31 - 1;
const MOST_AMOUNT = 1e11;
const AMOUNT_UNIT = 10_000;
const PERCENT_PATTERN = /^[0-9]+(\.[0-9]{1,2})?\s*%$/;
/** Ratios are parts in ten thousand: a percent is a hundred of them. */
const PERCENT_UNIT = 100;
const MOST_PERCENT = 10_000;

const off = z.literal('off').transform(() => NO_LIMIT);

function percent() {
  return z
    .string()
    .regex(PERCENT_PATTERN, 'is not a percentage: write a number with at most two decimals and %, for example 5%')
    .transform((text, context) => {
      const value = Number(text.replace('%', ''));
      if (value <= MOST_PERCENT) return Math.round(value * PERCENT_UNIT);
      context.addIssue(`must be at most ${MOST_PERCENT}%`);
      return z.NEVER;
    });
}

/** An amount of money, read into value4. */
function amount() {
  return z
    .number()
    .min(0)
    .max(MOST_AMOUNT)
    .transform((value) => Math.round(value * AMOUNT_UNIT));
}

function whole({ most }: LimitSpec) {
  return count(0, most ?? MOST_COUNT);
}

/** A limit's value as people write it, or `off`. */
function fieldOf(limit: LimitSpec) {
  if (limit.name === 'restricted') return z.boolean().transform((isRestricted) => (isRestricted ? 0 : NO_LIMIT));
  switch (limit.unit) {
    case 'value4':
      return z.union([amount(), off], { error: 'must be an amount, for example 250000, or off' });
    case 'ratio4':
      return z.union([percent(), off], { error: 'must be a percentage, for example 5%, or off' });
    case 'ns':
      return z.union([duration({ min: 0 }), off], { error: 'must be a duration, for example 50ms, or off' });
    case 'switch':
      return z.enum(['check', 'off']).transform((text) => (text === 'off' ? NO_LIMIT : 0));
    default:
      return z.union([whole(limit), off], { error: 'must be a whole number, or off' });
  }
}

/**
 * What holds for everything where a config says nothing: tight enough that a first mistake is cheap. Whoever trades more
 * writes down that it is meant.
 */
const GLOBAL_DEFAULTS: Readonly<Record<string, string | number | boolean>> = {
  maxOrderShares: 1000,
  maxOrderNotional: 250_000,
  priceCollar: '3%',
  fatFingerTicks: 500,
  tickSize: 'check',
  maxPosition: 10_000,
  maxGrossExposure: 5_000_000,
  maxNetExposure: 2_500_000,
  buyingPower: '100%',
  margin: '100%',
  maxOpenOrders: 1000,
  messageRate: 2000,
  repeatedExecutions: 500,
  duplicateOrder: 5,
  restricted: false,
  halted: 'check',
  sideMarking: 'check',
  selfTrade: 'check',
  feedNotLive: '100ms',
  feedSilent: '5s',
};

type LimitName = (typeof LIMIT_TABLE)[number]['name'];
/** Limits of one scope member, in the checks' units; absent = none of its own. */
export type LimitValues = Partial<Record<LimitName, number>>;

/** The limits that can be set at a scope, each optional or with its default. */
function limitsOf(scope: Scope, defaults: Readonly<Record<string, string | number | boolean>> = {}) {
  const shape: Record<string, z.ZodType> = {};
  for (const limit of LIMIT_TABLE) {
    if (!limit.scopes.includes(scope)) continue;
    const value = fieldOf(limit).describe(limit.meaning);
    const preset = defaults[limit.name];
    shape[limit.name] =
      preset === undefined ? value.optional() : (value as z.ZodType).prefault(preset).describe(limit.meaning);
  }
  return z.strictObject(shape) as z.ZodType<LimitValues, Record<string, string | number | boolean>>;
}

const windows = withUnits(
  z.strictObject({
    messages: duration({ max: 3600e9 }).prefault('1s').describe('Window of `messageRate`.'),
    executions: duration({ max: 3600e9 })
      .prefault('1s')
      .describe('Time in which a full bucket of `repeatedExecutions` empties.'),
    duplicates: duration({ max: 3600e9 }).prefault('10ms').describe('Window of `duplicateOrder`.'),
  }),
  { messages: 'messagesNs', executions: 'executionsNs', duplicates: 'duplicatesNs' },
);

/** The section `orders.risk`. */
export const riskSection = withUnits(
  z.strictObject({
    global: limitsOf(Scope.global, GLOBAL_DEFAULTS)
      .prefault({})
      .describe('Limits of everything together, and of every single order. Of several that apply the tightest holds.'),
    venue: limitsOf(Scope.venue).prefault({}).describe('Limits of what is traded at this venue; keys as in `global`.'),
    accounts: z
      .record(z.string(), limitsOf(Scope.account))
      .prefault({})
      .describe('Limits by name of the account; keys as in `global`: `{ main: { maxPosition: 5000 } }`.'),
    strategies: z
      .record(z.string(), limitsOf(Scope.strategy))
      .prefault({})
      .describe('Limits by name of the strategy; keys as in `global`, without `buyingPower` and `margin`.'),
    instruments: z
      .record(z.string(), limitsOf(Scope.instrument))
      .prefault({})
      .describe('Limits by symbol; those of single orders, positions and the market.'),
    restricted: z
      .array(z.string().min(1))
      .prefault([])
      .describe(
        'Symbols in which nothing may be bought or sold: short for `instruments: { X: { restricted: true } }`.',
      ),
    windows: windows.prefault({}).describe('How far back the counting limits look. Changed by a restart only.'),
    killConfirm: duration({ min: 1e6, max: 60e9 })
      .prefault('250ms')
      .describe('How long the gateway may take to confirm a kill before its connections are ended for it.'),
  }),
  { killConfirm: 'killConfirmNs' },
);

export type RiskConfig = z.output<typeof riskSection>;
