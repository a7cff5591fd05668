import type { OrdersConfig } from '../config/orders-schema.ts';
import { readSecret } from '../config/secret.ts';
import type { StreamOptions, StreamSocket } from '../io/stream.ts';
import type { EvidenceSource } from '../order/evidence-source.ts';
import { SourceCell } from '../order/source-cells.ts';
import type { CounterRegistry } from '../runtime/counters.ts';
import { type DropCopyOptions, DropCopySource } from '../venues/nasdaq/drop-copy-source.ts';

/** A drop copy as the gateway's thread is told of it. Structured-cloneable. */
export interface DropCopySetup {
  readonly address: string;
  readonly port: number;
  readonly interface: string | undefined;
  readonly userTimeoutMs: number;
  readonly options: DropCopyOptions;
}

/** The only source that there is, as the journal numbers them. */
const FIRST_SOURCE = 1;
/** Ports tell of their orders at once; the drop copy may take turns. */
const LOOK_EVERY_NS = 50_000;
const NS_PER_MS = 1e6;

/**
 * What the config says of the drop copy, its password read.
 * @param seed of the jitter of its reconnects
 * @throws {Error} if the password is not where it should be
 */
export function dropCopySetup(
  orders: OrdersConfig,
  day: number,
  seed: number,
  counters: CounterRegistry,
): DropCopySetup | undefined {
  const { dropCopy, sessions } = orders;
  if (dropCopy === undefined) return undefined;
  const { heartbeatNs, silenceNs, loginTimeoutNs, connectTimeoutNs, reconnect, userTimeoutNs } = sessions;
  return {
    address: dropCopy.address,
    port: dropCopy.port,
    interface: dropCopy.interface,
    userTimeoutMs: Math.round(userTimeoutNs / NS_PER_MS),
    options: {
      name: dropCopy.name,
      number: FIRST_SOURCE,
      username: dropCopy.username,
      password: readSecret(dropCopy, 'orders.dropCopy'),
      ports: orders.groups.flatMap(({ ports }) =>
        ports.map(({ username }) => ({ username, numbered: orders.protocol === 'ouch50' })),
      ),
      day,
      backoff: { firstNs: reconnect.firstNs, maxNs: reconnect.mostNs },
      seed,
      connectTimeoutNs,
      loginTimeoutNs,
      ...(heartbeatNs === undefined ? {} : { heartbeatIntervalNs: heartbeatNs }),
      ...(silenceNs === undefined ? {} : { silenceNs }),
      outputBytes: 1, // at least one packet: it only logs in and sends heartbeats
      lookEveryNs: LOOK_EVERY_NS,
      cells: counters.allocate('dropCopy', { source: dropCopy.name }, Object.keys(SourceCell)).cells,
    },
  };
}

/** Connects at its first turn. @param connect begins to */
export function openDropCopy(setup: DropCopySetup, connect: (options: StreamOptions) => StreamSocket): EvidenceSource {
  const { address, port, interface: localAddress, userTimeoutMs } = setup;
  return new DropCopySource(setup.options, {
    dial: () => connect({ address, port, localAddress, noDelay: true, keepAlive: true, userTimeoutMs }),
  });
}
