import { z } from 'zod';
import { isDate } from '../order/civil-day.ts';
import { DEFAULT_SESSION_OPTIONS } from '../order/session-options.ts';
import { count, duration, hostAddress, name, port, size, withUnits } from './fields.ts';
import { checkOrderPort, checkOrders } from './orders-checks.ts';
import { riskSection } from './risk-schema.ts';
import { formatDurationNs } from './units.ts';

/**
 * The order half of a config: accounts, instruments, ports with their hosts, the groups they form, and how sessions are
 * kept. Its output is normalised as the rest of the config is: nanoseconds and bytes.
 */

const ALWAYS = { when: () => true };
const session = DEFAULT_SESSION_OPTIONS;
const ns = formatDurationNs;

/** The longest symbol that order protocols here carry. */
const MAX_SYMBOL = 8;
const PRICE_DECIMALS = 4;

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** A price such as 0.01, read into price4. */
function price4() {
  return z
    .number()
    .positive()
    .max(100_000)
    .transform((price, context) => {
      const scaled = Math.round(price * 10 ** PRICE_DECIMALS);
      if (scaled > 0 && Math.abs(scaled - price * 10 ** PRICE_DECIMALS) < 1e-6) return scaled;
      context.addIssue(`must have at most ${PRICE_DECIMALS} decimals`);
      return z.NEVER;
    });
}

const account = z.strictObject({
  name: name().describe('What the account is called. Positions, margin and limits are its own, over all ports.'),
  cash: z
    .number()
    .min(0)
    .max(1e11)
    .prefault(0)
    .describe('Cash that it begins the day with, where there is no file `startOfDay`.'),
});

const instrument = withUnits(
  z.strictObject({
    symbol: z
      .string()
      .regex(/^[!-~]+$/, 'is not a symbol: printable characters without blanks')
      .max(MAX_SYMBOL)
      .describe('Symbol at the venue.'),
    feed: name().optional().describe('Feed that carries its book. Default: the first one.'),
    tick: price4().prefault(0.01).describe('Price step.'),
    lowTick: price4().prefault(0.0001).describe('Price step below `lowTickBelow`.'),
    lowTickBelow: price4().prefault(1).describe('Prices below this step by `lowTick`.'),
  }),
  { tick: 'tick4', lowTick: 'lowTick4', lowTickBelow: 'lowTickBelow4' },
);

const host = z.strictObject({
  address: hostAddress().describe('IPv4 address of the gateway.'),
  port: port().describe('Its TCP port.'),
  interface: z.string().min(1).optional().describe('Local address or interface to connect from.'),
});

/** What venues of one protocol differ in; the rest is the protocol's own. */
const rules = withUnits(
  z.strictObject({
    cancelOnDisconnect: z
      .enum(['off', 'port', 'order'])
      .optional()
      .describe("What becomes of the port's resting orders when its connection is lost."),
    cancelOnDisconnectDelay: duration({ min: 0 }).optional().describe('How long after the loss.'),
    secondLogin: z
      .enum(['displaces', 'refused'])
      .optional()
      .describe('What a second login does while the first one looks alive: drops the first, or is refused.'),
    loginDeadline: duration().optional().describe('How soon after the connect the venue wants the login.'),
  }),
  { cancelOnDisconnectDelay: 'cancelOnDisconnectDelayNs', loginDeadline: 'loginDeadlineNs' },
);

const orderPort = z
  .strictObject({
    name: name().describe('What the port is called.'),
    username: z.string().min(1).max(6).describe('Login of the port.'),
    passwordFile: z.string().min(1).optional().describe('File that holds its password.'),
    passwordEnv: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of an environment variable')
      .optional()
      .describe('Environment variable that holds its password.'),
    firm: z
      .string()
      .regex(/^[A-Z0-9]{1,4}$/, 'is not a firm: 1 to 4 capitals or digits')
      .optional()
      .describe('Firm that orders are entered for, where the venue wants it named.'),
    hosts: z
      .array(host)
      .min(1)
      .max(4)
      .describe(
        'Where it is offered, by preference. Two or more are mirrors: one is logged on, the others stand ready.',
      ),
    session: z
      .string()
      .regex(/^[!-~]{1,10}$/, 'is not a session name: 1 to 10 printable characters')
      .optional()
      .describe('Session to ask for at the first login of the day. Default: the current one.'),
    rules: rules.prefault({}).describe('Where this port differs from what venues of its protocol do.'),
    resend: z
      .enum(['never', 'neverArrived'])
      .prefault('never')
      .describe(
        '`neverArrived`: an order of which the venue has proved that it never arrived is sent again, under the same reference and before any other.',
      ),
  })
  .superRefine(checkOrderPort, ALWAYS);

const dropCopy = z
  .strictObject({
    name: name().prefault('dropcopy').describe('What it is called.'),
    address: hostAddress().describe('IPv4 address at which the venue tells executions again.'),
    port: port().describe('Its TCP port.'),
    interface: z.string().min(1).optional().describe('Local address or interface to connect from.'),
    username: z.string().min(1).max(6).describe('Login of the drop copy.'),
    passwordFile: z.string().min(1).optional().describe('File that holds its password.'),
    passwordEnv: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of an environment variable')
      .optional()
      .describe('Environment variable that holds its password.'),
  })
  .superRefine(checkOrderPort, ALWAYS);

const failback = z
  .union(
    [
      z.enum(['never', 'manual']),
      withUnits(z.strictObject({ after: duration().describe('How long the preferred port must have been usable.') }), {
        after: 'afterNs',
      }),
    ],
    { error: 'must be never, manual, or { after: 5s }' },
  )
  .prefault('never')
  .describe('When the flow returns to a port that it was taken from.');

const group = z.strictObject({
  name: name().describe('What the group is called.'),
  policy: z
    .enum(['primary-backup', 'hot-hot'])
    .prefault('primary-backup')
    .describe(
      '`primary-backup`: all orders take the first port that is usable. `hot-hot`: each instrument prefers one port, all carry orders.',
    ),
  failback,
  ports: z.array(orderPort).min(1).max(8).describe('Ports that can stand in for each other, by preference.'),
  affinity: z
    .record(z.string(), z.string())
    .optional()
    .describe('`hot-hot`: port that an instrument prefers, by symbol. Default: instruments take turns.'),
});

const sessions = withUnits(
  z.strictObject({
    heartbeat: duration().optional().describe("Interval of our heartbeats. Default: the protocol's."),
    silence: duration().optional().describe("A venue silent for so long is gone. Default: the protocol's."),
    connectTimeout: duration().prefault(ns(session.connectTimeoutNs)).describe('A connect may take this long.'),
    loginTimeout: duration().prefault(ns(session.loginTimeoutNs)).describe('A login may take this long.'),
    barrierTimeout: duration()
      .prefault(ns(session.barrierTimeoutNs))
      .describe('How long the venue may take to prove what it has processed.'),
    stalledWrite: duration()
      .prefault(ns(session.stalledWriteNs))
      .describe('Bytes that the kernel does not take for this long mean that the session failed.'),
    userTimeout: duration({ min: 1e6 })
      .prefault('1s')
      .describe('TCP_USER_TIMEOUT: how long what was sent may stay unacknowledged.'),
    ackDeadline: withUnits(
      z.strictObject({
        floor: duration().prefault(ns(session.ackDeadlineFloorNs)).describe('Never shorter than this.'),
        factor: z
          .number()
          .min(1)
          .max(1000)
          .prefault(session.ackDeadlineFactor)
          .describe("Times the session's own 99.9th percentile of answer times."),
      }),
      { floor: 'floorNs' },
    )
      .prefault({})
      .describe('An order unanswered for longer makes its session suspect: new orders take another at once.'),
    reconnect: withUnits(
      z.strictObject({
        first: duration().prefault(ns(session.backoff.firstNs)).describe('Wait before the first new try.'),
        most: duration().prefault(ns(session.backoff.maxNs)).describe('Waits double up to this.'),
      }),
      { first: 'firstNs', most: 'mostNs' },
    )
      .prefault({})
      .describe('Back-off of reconnects, with jitter.'),
    logonBudget: withUnits(
      z.strictObject({
        logons: count(1, 10_000).prefault(60).describe('Logins of one port at most.'),
        per: duration().prefault('1min').describe('In this time. Beyond it the port waits for an operator.'),
      }),
      { per: 'perNs' },
    )
      .prefault({})
      .describe('Bounds what is asked of the venue.'),
  }),
  {
    heartbeat: 'heartbeatNs',
    silence: 'silenceNs',
    connectTimeout: 'connectTimeoutNs',
    loginTimeout: 'loginTimeoutNs',
    barrierTimeout: 'barrierTimeoutNs',
    stalledWrite: 'stalledWriteNs',
    userTimeout: 'userTimeoutNs',
  },
);

/** HH:MM on the venue's clock, read into seconds since midnight. */
function timeOfDay() {
  return z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time: HH:MM in quotes, for example "20:00"')
    .transform((text) => Number(text.slice(0, 2)) * 3600 + Number(text.slice(3)) * 60);
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const date = () =>
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'is not a date: yyyy-mm-dd')
    .refine((text) => isDate(Number(text.replaceAll('-', ''))), 'is not a day of the calendar');

const day = withUnits(
  z.strictObject({
    close: timeOfDay()
      .optional()
      .describe(
        'When nothing new is sent any more and our orders are cancelled, on the venue’s clock. Default: once the venue says that its day is over.',
      ),
    weekend: z
      .array(z.enum(WEEKDAYS).transform((name) => WEEKDAYS.indexOf(name)))
      .max(6)
      .prefault(['saturday', 'sunday'])
      .describe('Weekdays without trading.'),
    holidays: z
      .array(date().transform((text) => Number(text.replaceAll('-', ''))))
      .prefault([])
      .describe('Days without trading, yyyy-mm-dd.'),
    earlyCloses: z
      .record(date(), timeOfDay())
      .prefault({})
      .describe('Days that close early, and when.')
      .transform((days) => Object.fromEntries(Object.entries(days).map(([d, at]) => [d.replaceAll('-', ''), at]))),
    settle: duration()
      .prefault('10s')
      .describe(
        'How long sessions are heard after the end at most, for what comes late, before the journal is sealed.',
      ),
  }),
  { close: 'closeSecond', settle: 'settleNs' },
);

const journal = withUnits(
  z.strictObject({
    durability: z
      .enum(['process', 'disk'])
      .prefault('process')
      .describe(
        '`process`: what was decided survives the end of this process at any instruction. `disk`: an order is sent once its record is on the disk, so that it survives the end of the host.',
      ),
    ring: size({ min: 65_536, max: 2 ** 30 })
      .prefault('16MiB')
      .describe('The ring that records are published in; a power of two.'),
    ringDirectory: z
      .string()
      .min(1)
      .optional()
      .describe('Where the ring lies, best on tmpfs (/dev/shm). Default: in `directory`.'),
  }),
  { ring: 'ringBytes' },
);

/** The section `orders`. */
export const ordersSection = z
  .strictObject({
    protocol: z.enum(['ouch50', 'ouch42']).describe('The order protocol plug-in.'),
    accounts: z
      .array(account)
      .min(1)
      .max(64)
      .prefault([{ name: 'main' }])
      .describe('Our accounts.'),
    instruments: z
      .array(
        z.union([
          z
            .string()
            .transform((symbol) => ({ symbol }))
            .pipe(instrument),
          instrument,
        ]),
      )
      .min(1)
      .max(10_000)
      .describe('What may be traded: symbols, or maps with their price steps.'),
    groups: z.array(group).min(1).max(16).describe('Groups of ports that can stand in for each other.'),
    dropCopy: dropCopy
      .optional()
      .describe(
        'Drop copy of the account at the venue: what became of orders is learnt from it, also while their port can’t tell.',
      ),
    risk: riskSection
      .prefault({})
      .describe('Pre-trade limits: every order and replace is held to them before it is sent.'),
    sessions: sessions.prefault({}).describe('How sessions are kept and judged.'),
    directory: z
      .string()
      .min(1)
      .prefault('./orders')
      .describe('Where the journal, the kill file and the start-of-day file lie, relative to this file.'),
    startOfDay: z
      .string()
      .min(1)
      .optional()
      .describe('File with the positions and cash that the day begins with. Default: none, everything flat.'),
    journal: journal.prefault({}).describe('What is kept of every decision, and how safely.'),
    timeZone: z
      .string()
      .refine(isTimeZone, 'is not a time zone, for example America/New_York')
      .prefault('America/New_York')
      .describe("The venue's time zone: the trading day is the date there."),
    day: day
      .optional()
      .describe('Calendar of the trading day. Default: every date is one, and the venue says when it is over.'),
    marginRate: z
      .number()
      .min(0)
      .max(10)
      .prefault(0.5)
      .describe('Margin as a share of what a position is worth, or may become by open orders (linear model).'),
    maxOrders: count(16, 10_000_000).prefault(100_000).describe('Orders of one day that memory is set aside for.'),
    logOutAtStop: z
      .boolean()
      .prefault(true)
      .describe(
        'Say goodbye in the protocol’s way when the router stops; where the venue cancels on logout, it does so.',
      ),
    cancelAtStop: z
      .boolean()
      .prefault(true)
      .describe('Cancel our resting orders when the router stops in order, and wait for the answers a moment.'),
  })
  .superRefine(checkOrders, ALWAYS);

/** What a strategy's entry says about its orders. */
export const strategyOrders = z.strictObject({
  account: name().optional().describe('Account that it trades for. Default: the first one.'),
  group: name().optional().describe('Group of ports that carries its orders. Default: the first one.'),
  lostRoute: z
    .enum(['pause', 'reduceOnly', 'requote'])
    .prefault('pause')
    .describe(
      'While orders of it are unknown or blind: `pause` nothing new, `reduceOnly` only what makes positions smaller, `requote` go on within what is left of the limits.',
    ),
});

type Output<T extends z.ZodType> = z.output<T>;
export type OrdersConfig = Output<typeof ordersSection>;
export type OrderGroupConfig = OrdersConfig['groups'][number];
export type OrderPortConfig = OrderGroupConfig['ports'][number];
export type OrderSessionsConfig = OrdersConfig['sessions'];
export type StrategyOrdersConfig = Output<typeof strategyOrders>;
