import { z } from 'zod';
import { checkApi } from './api-checks.ts';
import { count, duration, hostAddress, name, size, withUnits } from './fields.ts';

/** The section `api`: the dashboard, metrics and the API for programs, all on one port. */

const ALWAYS = { when: () => true };
const MAX_PORT = 65_535;

const limits = withUnits(
  z.strictObject({
    connections: count(1, 100_000).prefault(512).describe('Connections at once.'),
    connectionsPerAddress: count(1, 100_000).prefault(256).describe('Of one address.'),
    requestsPerSecond: count(1, 1_000_000)
      .prefault(200)
      .describe('Requests and messages of one token, or of one address that shows none.'),
    burst: count(1, 1_000_000).prefault(1000).describe('So many may come at once.'),
    failedLoginsPerMinute: count(1, 1000).prefault(10).describe('Of one address; then it waits.'),
    message: size({ min: 256, max: 1024 ** 2 })
      .prefault('16KiB')
      .describe('Longest message or request body.'),
    backlog: size({ min: 4096, max: 256 * 1024 ** 2 })
      .prefault('1MiB')
      .describe(
        'Bytes that may wait for a client that reads slowly; then it is skipped, and brought up to date later.',
      ),
    slowFor: duration({ min: 1e6 })
      .prefault('30s')
      .describe('A client that takes nothing for so long is disconnected.'),
    idle: duration({ min: 8e9, max: 960e9 })
      .prefault('60s')
      .describe('A connection that says nothing for so long is closed.'),
  }),
  { message: 'messageBytes', backlog: 'backlogBytes', slowFor: 'slowForNs', idle: 'idleNs' },
);

export const apiSection = withUnits(
  z
    .strictObject({
      enabled: z.boolean().prefault(true).describe('Whether there is an API at all.'),
      address: hostAddress()
        .prefault('127.0.0.1')
        .describe('Address to listen on. Any but loopback needs `tls`, and a token for everything.'),
      port: count(0, MAX_PORT).prefault(7070).describe('TCP port; 0: a free one, which is logged.'),
      hosts: z
        .array(z.string().regex(/^[a-z0-9.-]+$/i, 'is not a host name'))
        .prefault([])
        .describe('Names, beside the address, under which the server is reached. Requests for others are refused.'),
      tokens: z
        .string()
        .min(1)
        .prefault('./api-tokens')
        .describe(
          'File of tokens: name, role (view, trade, operate) and token, one a line. Written (0600) where it is not there.',
        ),
      tls: z
        .strictObject({
          certificate: z.string().min(1).describe('PEM file of the certificate.'),
          key: z.string().min(1).describe('PEM file of its key.'),
        })
        .optional()
        .describe('Encryption.'),
      messages: z
        .boolean()
        .prefault(false)
        .describe(
          'Whether clients may subscribe to every message of a feed. The router then copies each unit into one more ring, some 50 ns a message.',
        ),
      orders: withUnits(
        z.strictObject({
          account: name().optional().describe('Account that they trade for. Default: the first one.'),
          group: name().optional().describe('Group of ports that their orders take. Default: the first one.'),
          lostRoute: z
            .enum(['pause', 'reduceOnly', 'requote'])
            .prefault('pause')
            .describe('What is done with new orders while orders are unknown or blind.'),
          onDisconnect: z
            .enum(['keep', 'cancel'])
            .prefault('cancel')
            .describe("What becomes of a token's open orders when its last connection has ended."),
          reconnectWithin: duration({ min: 0, max: 3600e9 })
            .prefault('5s')
            .describe('With `cancel`: how long it may stay away first, also after a restart of the router.'),
        }),
        { reconnectWithin: 'reconnectWithinNs' },
      )
        .optional()
        .describe(
          'Programs may send orders over the API, through the same risk checks as strategies. Absent: they may not.',
        ),
      every: duration({ min: 10e6, max: 60e9 }).prefault('250ms').describe('How often clients are brought up to date.'),
      limits: limits.prefault({}).describe('What a client may cost.'),
    })
    .superRefine(checkApi, ALWAYS),
  { every: 'everyNs' },
);

export type ApiConfig = z.output<typeof apiSection>;
