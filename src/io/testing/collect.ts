import { setImmediate } from 'node:timers/promises';
import { intToIpv4 } from '../address.ts';
import type { DatagramPoller } from '../datagram.ts';

/** A packet copied out of a poller, for tests. */
export interface Collected {
  readonly socket: number;
  readonly text: string;
  readonly length: number;
  readonly flags: number;
  readonly rxNs: number;
  readonly kernelNs: number;
  readonly source: string;
  readonly sourcePort: number;
}

const WAIT_MS = 10_000;

/** The packets of one poll. */
export function pollOnce(poller: DatagramPoller): Collected[] {
  const found: Collected[] = [];
  const count = poller.poll();
  for (let i = 0; i < count; i++) {
    const at = poller.packetOffset[i];
    found.push({
      socket: poller.packetSocket[i],
      text: Buffer.from(poller.bytes.slice(at, at + poller.packetLength[i])).toString('latin1'),
      length: poller.packetLength[i],
      flags: poller.packetFlags[i],
      rxNs: poller.packetRxNs[i],
      kernelNs: poller.packetKernelNs[i],
      source: intToIpv4(poller.packetSourceAddress[i]),
      sourcePort: poller.packetSourcePort[i],
    });
  }
  return found;
}

/** Polls, letting the event loop turn in between, until `done` is content with what has come (10 s at most). */
export async function collectUntil(
  poller: DatagramPoller,
  done: (packets: readonly Collected[]) => boolean,
): Promise<Collected[]> {
  const packets: Collected[] = [];
  const deadline = Date.now() + WAIT_MS;
  while (!done(packets) && Date.now() < deadline) {
    packets.push(...pollOnce(poller));
    await setImmediate();
  }
  return packets;
}

/** {@link collectUntil} `count` packets have come. */
export function collect(poller: DatagramPoller, count: number): Promise<Collected[]> {
  return collectUntil(poller, (packets) => packets.length >= count);
}

/** Waits, letting the event loop turn, until a condition holds (10 s at most). */
export async function until(condition: () => boolean): Promise<boolean> {
  const deadline = Date.now() + WAIT_MS;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await setImmediate();
  }
  return true;
}
