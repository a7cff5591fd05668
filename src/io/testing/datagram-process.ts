/**
 * A process with a poller of its own, driven over IPC, so that a test can put one into a network namespace.
 * Run by multicast.serial.test.ts as `node datagram-process.ts KIND`.
 */
import { setImmediate } from 'node:timers';
import type { IoKind } from '../abilities.ts';
import { ipv4ToInt } from '../address.ts';
import { type DatagramSocketOptions, SOCKET_CELLS } from '../datagram.ts';
import { createDatagramPoller } from '../open.ts';
import { type Collected, pollOnce } from './collect.ts';

/** What the process may be asked to do; it answers every one with a {@link ProcessReply}. */
export type ProcessCommand =
  | { do: 'open'; options: DatagramSocketOptions }
  | { do: 'send'; socket: number; text: string; address: string; port: number }
  | { do: 'cells'; socket: number }
  | { do: 'close' };

export type ProcessReply = { reply: number } | { error: string } | { cells: number[] } | { packet: Collected };

const poller = createDatagramPoller(process.argv[2] as IoKind);

function answer(reply: ProcessReply): void {
  process.send?.(reply);
}

function turn(): void {
  for (const packet of pollOnce(poller)) answer({ packet });
  timer = setImmediate(turn);
}
let timer = setImmediate(turn);

process.on('message', (command: ProcessCommand) => {
  try {
    switch (command.do) {
      case 'open':
        answer({ reply: poller.open(command.options) });
        break;
      case 'send': {
        const bytes = Buffer.from(command.text, 'latin1');
        const to = ipv4ToInt(command.address);
        answer({ reply: poller.send(command.socket, bytes, 0, bytes.length, to, command.port) });
        break;
      }
      case 'cells': {
        const from = command.socket * SOCKET_CELLS;
        answer({ cells: Array.from(poller.socketCells.subarray(from, from + SOCKET_CELLS)) });
        break;
      }
      case 'close':
        clearImmediate(timer);
        poller.close();
        process.disconnect();
    }
  } catch (error) {
    answer({ error: (error as Error).message });
  }
});
