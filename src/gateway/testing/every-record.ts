import type { JournalDayWriter } from '../../journal/day-writer.ts';
import type { JournalWriter } from '../../journal/journal-writer.ts';

const REPORT = {
  kind: 7,
  ref: 1,
  previousRef: 0,
  side: 0,
  shares: 100,
  price4: 10_000,
  orderRefHi: 0,
  orderRefLo: 5,
  matchHi: 0,
  matchLo: 6,
  reason: 0,
  venueReason: 0,
  liquidity: 0x41,
  cells: Float64Array.of(3, 34_200_000_000_000),
};

type Write = (writer: JournalWriter, day: JournalDayWriter) => boolean;

/** One of each record, in the order in which a day may have them. */
export const EVERY_RECORD: readonly (readonly [name: string, write: Write])[] = [
  ['opened', (_, day) => day.opened(20261121, 1, false)],
  ['instrument', (_, day) => day.instrument(0, 0, 'WARM')],
  ['position', (_, day) => day.position(0, 0, 0, -500, 101_250.5, 12)],
  ['balance', (_, day) => day.balance(0, 1e13)],
  ['limit', (_, day) => day.limit(20, 0, 0, 1000, 2000)],
  ['login', (_, day) => day.login(0, 0, '0000000001', 1, 0)],
  ['session', (writer) => writer.session(0, 0, 5, 6, 0, 0)],
  ['dayPhase', (_, day) => day.dayPhase(20261121, 1)],
  ['enterIntent', (writer) => writer.enterIntent(1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 100, 10_000, 7, 9)],
  ['sendResult', (writer) => writer.sendResult(1, 10, 0, 0, 0, 47)],
  ['refused', (writer) => writer.refused(0, 0, 0, 0, 10, 22, 0, 100, 99_999, 3)],
  ['replaceIntent', (writer) => writer.replaceIntent(1, 0, 2, 200, 10_100)],
  ['report', (writer) => writer.report(0, 0, 1, REPORT)],
  ['cancelIntent', (writer) => writer.cancelIntent(1, 0, 2, 0, 0)],
  ['portLost', (writer) => writer.portLost(0, 0, 1, 0, 1)],
  ['routed', (writer) => writer.routed(0, -1, 0, 1, 1)],
  ['barrier', (writer) => writer.barrier(0, 0, 3, 0)],
  ['evidence', (writer) => writer.evidence(1, 0, 7, 1, 100, 10_000, 0, 6, 1, 0)],
  ['resolved', (writer) => writer.resolved(1, 4, 2, 5, 0, 3)],
  ['portRecovered', (writer) => writer.portRecovered(0, 0, 0, 3)],
  ['kill', (_, day) => day.kill(0, 0, true, true)],
  ['operator', (_, day) => day.operator(1, 0, 0, 'Zoë: too much noise')],
  ['note', (_, day) => day.note(1, 'kill confirmed')],
  ['sealed', (_, day) => day.sealed(20261121, 0, 1, 1)],
];
