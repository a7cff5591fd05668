import { z } from 'zod';
import { duration, hostAddress, name, port, withUnits } from './fields.ts';

/** The section `sim.orders`: the order side of the simulated venue. */

const ALWAYS = { when: () => true };
const SESSION = /^[!-~]{1,10}$/;

/** A login: where its password is kept, never the password. */
const credentials = {
  username: z.string().min(1).max(6).describe('Login.'),
  passwordFile: z.string().min(1).optional().describe('File that holds its password.'),
  passwordEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of an environment variable')
    .optional()
    .describe('Environment variable that holds its password.'),
};

const session = z.string().regex(SESSION, 'is not a session name: 1 to 10 printable characters').optional();

function checkCredentials(value: unknown, context: z.core.$RefinementCtx): void {
  const { passwordFile, passwordEnv } = (value ?? {}) as { passwordFile?: string; passwordEnv?: string };
  if ((passwordFile === undefined) !== (passwordEnv === undefined)) return;
  context.addIssue({ code: 'custom', path: [], message: 'needs either passwordFile or passwordEnv' });
}

/** How a port is treated, where venues differ; left out: as the section `orders` says, or as its protocol has it. */
const behaviour = withUnits(
  z.strictObject({
    selfMatch: z
      .enum(['off', 'newest', 'oldest', 'both'])
      .optional()
      .describe('Which order goes where two of one account would trade. Default: `off`, they trade.'),
    secondLogin: z
      .enum(['displaces', 'refused'])
      .optional()
      .describe('What a second login does while the first looks alive. Default: `refused`.'),
    cancelOnDisconnect: z
      .enum(['off', 'port', 'order'])
      .optional()
      .describe(
        'What a lost connection does: nothing (default), all orders of the port go, or those good for market hours.',
      ),
    cancelOnDisconnectDelay: duration({ min: 0 }).optional().describe('How long after the loss.'),
    logoutCancels: z.boolean().optional().describe("An orderly logout cancels the port's orders. Default: no."),
    unmarketable: z
      .enum(['dead', 'cancelled'])
      .optional()
      .describe('An immediate order that meets nothing is accepted as dead (default), or accepted and cancelled.'),
    badReplace: z
      .enum(['refused', 'cancels', 'dead'])
      .optional()
      .describe(
        'A replace with impossible terms is refused (default), takes the order off the book, or is taken as dead at once.',
      ),
    lapse: z
      .enum(['told', 'silent'])
      .optional()
      .describe('Orders that end with the day are told cancelled before it ends (default), or end in silence.'),
    massCancelReaches: z
      .enum(['port', 'account'])
      .optional()
      .describe("A mass cancel reaches this port's orders (default), or those of all ports of the account."),
    heartbeat: duration().optional().describe('Interval of heartbeats. Default: 1s.'),
    silence: duration().optional().describe('A client silent for so long is gone. Default: 15s.'),
    loginDeadline: duration().optional().describe('A connection must log in within this. Default: 30s.'),
  }),
  {
    cancelOnDisconnectDelay: 'cancelOnDisconnectDelayNs',
    heartbeat: 'heartbeatIntervalNs',
    silence: 'silenceNs',
    loginDeadline: 'loginDeadlineNs',
  },
);

const host = z.strictObject({
  name: name()
    .optional()
    .describe("What faults call it. Default: the port's name, `-mirror` behind it for the second."),
  address: hostAddress().describe('IPv4 address to listen on.'),
  port: port().describe('Its TCP port.'),
});

const simPort = z
  .strictObject({
    name: name().describe('What the port is called.'),
    account: name().prefault('main').describe('Account whose positions its trades count for.'),
    protocol: z.enum(['ouch50', 'ouch42']).prefault('ouch50').describe('What it speaks.'),
    ...credentials,
    firm: z
      .string()
      .regex(/^[A-Z0-9]{1,4}$/, 'is not a firm: 1 to 4 capitals or digits')
      .optional()
      .describe("Orders of another firm are refused. Default: any firm's are taken."),
    session: session.describe('Name of its numbering of messages. Default: made of its place.'),
    hosts: z.array(host).min(1).max(4).describe('Where it is offered. Two or more are mirrors of each other.'),
    behaviour: behaviour.prefault({}).describe('How it is treated, where that differs from the others.'),
  })
  .superRefine(checkCredentials, ALWAYS);

const dropCopy = z
  .strictObject({
    name: name().prefault('dropcopy').describe('What faults call it.'),
    account: name().prefault('main').describe('Account whose executions it tells, over whichever port.'),
    address: hostAddress().describe('IPv4 address to listen on.'),
    port: port().describe('Its TCP port.'),
    ...credentials,
    session: session.describe('Name of its numbering of messages. Default: made of its place.'),
  })
  .superRefine(checkCredentials, ALWAYS);

export const simOrdersSection = z.strictObject({
  feed: name()
    .optional()
    .describe('Feed whose made-up market the orders trade in, and that shows them. Default: the first one.'),
  ports: z
    .array(simPort)
    .min(1)
    .max(64)
    .optional()
    .describe('The ports that are offered. Default: those of the section `orders`, with the rules stated there.'),
  behaviour: behaviour.prefault({}).describe('How all ports are treated, where they state nothing themselves.'),
  dropCopies: z.array(dropCopy).max(16).prefault([]).describe('Where the executions of an account are told again.'),
  processes: z
    .boolean()
    .prefault(false)
    .describe(
      'Each host of a port is a process of its own, in front of the matching engine: `kill` kills it for good, `freeze` stops it.',
    ),
});

export type SimOrdersConfig = z.output<typeof simOrdersSection>;
export type SimPortConfig = NonNullable<SimOrdersConfig['ports']>[number];
