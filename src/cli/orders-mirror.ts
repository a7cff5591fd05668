import type { GatewaySetup } from '../gateway/gateway-setup.ts';
import { JournalObserver } from '../gateway/journal-standing.ts';
import { FillHeader } from '../order/fill-layout.ts';
import { LedgerCells } from '../order/ledger-cells.ts';
import { Refusals } from '../order/refusal.ts';
import { RiskLimits } from '../order/risk-limits.ts';
import type { MirrorRegion } from '../runtime/counter-file.ts';
import type { CounterBlock } from '../runtime/counters.ts';
import { counterCells } from '../runtime/counters.ts';
import type { OrdersAbout } from '../status/about.ts';
import type { OrdersSource } from '../status/orders-reader.ts';
import type { RouterFile } from '../status/router-files.ts';
import { switchesOf } from './orders-source.ts';

/** The order half in a counter file: what is mirrored of it, and how another process reads it. */

const Region = { ledger: 'ledger', limits: 'limits', fills: 'fills', ended: 'ended' } as const;
const WORD_BYTES = BigUint64Array.BYTES_PER_ELEMENT;
/** A larger ledger (many accounts times many instruments) is not copied twenty times a second. */
const MOST_LEDGER_BYTES = 4 << 20;

/** What `top` has to know of the order half. */
export function aboutOrders({ options, day, killPath }: GatewaySetup): OrdersAbout {
  const { ringPath } = options.journal;
  return {
    day,
    durability: options.journal.durability,
    killPath,
    ...(ringPath === undefined ? {} : { ringPath }),
    ...(options.dropCopy === undefined ? {} : { dropCopy: options.dropCopy.options.name }),
    shape: options.risk.shape,
    instruments: options.instruments.map(({ symbol }) => symbol),
    groups: options.groups.map(({ options: group, ports }) => ({ name: group.name, policy: group.policy, ports })),
    ports: options.ports.map(({ name, hosts }) => ({
      name,
      sessions: hosts.map((host) => ({ name: host.name, host: `${host.address}:${host.port}` })),
    })),
  };
}

/** Positions, limits and the number of fills; none where the ledger is too large. */
export function orderRegions({ options, store, ledger, limits }: GatewaySetup): MirrorRegion[] {
  if (ledger.memory.byteLength > MOST_LEDGER_BYTES) return [];
  const words = (memory: ArrayBufferLike, bytes = memory.byteLength) =>
    new BigUint64Array(memory as ArrayBuffer, 0, Math.floor(bytes / WORD_BYTES));
  const headerBytes = (FillHeader.count + 2) * Int32Array.BYTES_PER_ELEMENT;
  return [
    { name: Region.ledger, words: words(ledger.memory) },
    { name: Region.limits, words: words(limits.memory) },
    { name: Region.fills, words: words(options.fills, headerBytes) },
    { name: Region.ended, words: wordsOf(store.ended) },
  ];
}

/** A part of shared memory as the mirror copies it. */
function wordsOf({ buffer, byteOffset, length }: Float64Array): BigUint64Array {
  return new BigUint64Array(buffer as ArrayBuffer, byteOffset, length);
}

/** What a status of the order half is read from in a counter file; undefined where it has none. */
export function ordersSourceOf({ about, description, memory, regions }: RouterFile): OrdersSource | undefined {
  const { orders } = about;
  const [ledger, limitMemory, fills, ended] = Object.values(Region).map((name) => regions.get(name));
  if (!(orders && ledger && limitMemory && fills && ended)) return undefined;
  const cellsOf = (wanted: (block: CounterBlock) => boolean) => {
    const block = description.blocks.find(wanted);
    return block === undefined ? new Float64Array(0) : counterCells(memory, block);
  };
  const limits = new RiskLimits(orders.shape, limitMemory, true);
  const journal = new JournalObserver({ ringPath: orders.ringPath });
  return {
    day: orders.day,
    accounts: orders.shape.accounts,
    instruments: orders.instruments,
    groups: orders.groups,
    ports: orders.ports.map(({ name, sessions }) => ({
      name,
      sessions: sessions.map((session) => ({
        ...session,
        cells: cellsOf((block) => block.name === 'session' && block.labels.session === session.name),
      })),
    })),
    ...(orders.dropCopy === undefined
      ? {}
      : { dropCopy: { name: orders.dropCopy, cells: cellsOf(({ name }) => name === 'dropCopy') } }),
    store: undefined,
    ended: new Float64Array(ended),
    // copied, but laid out as the shared one is
    ledger: new LedgerCells(ledger as unknown as SharedArrayBuffer),
    fills,
    limits,
    gatewayCells: cellsOf(({ name }) => name === 'gateway'),
    refusals: cellsOf(({ name }) => name === 'refusals'),
    refusalNames: Refusals.counterNames(limits),
    switchTimes: cellsOf(({ name, labels }) => name === 'latency' && labels.from === 'evidence'),
    durability: orders.durability,
    journal: () => {
      const { lagBytes, trouble } = journal.read();
      return { records: Number.NaN, lagBytes, trouble };
    },
    switches: () => switchesOf(orders.killPath),
  };
}
