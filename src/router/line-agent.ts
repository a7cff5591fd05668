import { type DatagramPoller, type DatagramSocketOptions, SOCKET_CELLS, SocketCell } from '../io/datagram.ts';
import { createDatagramPoller } from '../io/open.ts';
import { copyIn } from '../ring/copy.ts';
import { SpscProducer } from '../ring/spsc-ring.ts';
import type { Agent } from '../runtime/agent.ts';
import type { AgentContext } from '../runtime/agent-context.ts';
import { PacketRecord } from './packet-record.ts';
import { RingReporter } from './report-record.ts';

/** What a line's thread is given. Structured-cloneable. */
export interface LineAgentOptions {
  readonly name: string;
  readonly ioMode: 'native' | 'portable';
  readonly batch: number;
  readonly slotBytes: number;
  readonly sockets: readonly { readonly socket: DatagramSocketOptions; readonly ring: SharedArrayBuffer }[];
  readonly flight: SharedArrayBuffer | undefined;
}

/** In a quiet spell, turns between looks at the sockets' drop and error counts. */
const QUIET_TURNS_PER_REPORT = 4096;

/**
 * Receives one or more lines and writes every packet to its line's ring (dedicated layout). A line reader never
 * blocks: what finds the ring full is lost to this line, counted by the ring, and told with what the kernel dropped for
 * want of buffer, since it was this host that lost it.
 */
export class LineAgent implements Agent {
  readonly name: string;
  private readonly poller: DatagramPoller;
  private readonly rings: readonly SpscProducer[];
  /** Packets that found their ring full, by socket. */
  private readonly unheld: Float64Array;
  private readonly drops: Float64Array;
  private readonly errors: Float64Array;
  private quietTurns = 0;

  constructor(options: LineAgentOptions, reporter: RingReporter) {
    this.name = options.name;
    this.poller = createDatagramPoller(options.ioMode, {
      batch: options.batch,
      slotBytes: options.slotBytes,
      maxSockets: options.sockets.length,
      flight: options.flight,
    });
    this.rings = options.sockets.map((entry) => new SpscProducer(entry.ring));
    for (const entry of options.sockets) this.poller.open(entry.socket);
    for (const warning of this.poller.warnings ?? []) reporter.warn(warning);
    this.unheld = new Float64Array(options.sockets.length);
    this.drops = new Float64Array(options.sockets.length);
    this.errors = new Float64Array(options.sockets.length);
  }

  doWork(): number {
    const poller = this.poller;
    const taken = poller.poll();
    for (let i = 0; i < taken; i++) {
      const ring = this.rings[poller.packetSocket[i]];
      const length = poller.packetLength[i];
      const at = ring.claim(PacketRecord.packetType, PacketRecord.headerBytes + length);
      if (at < 0) {
        this.unheld[poller.packetSocket[i]]++;
        continue;
      }
      ring.float64[at >> 3] = poller.packetRxNs[i];
      ring.view.setInt32(at + PacketRecord.flagsOffset, poller.packetFlags[i], true);
      copyIn(ring.int32, (at + PacketRecord.headerBytes) >> 2, poller.view, poller.packetOffset[i], length);
      // one commit a packet: the router should see it now, not when the batch is done
      ring.commit();
    }
    if (taken > 0 || ++this.quietTurns >= QUIET_TURNS_PER_REPORT) {
      this.quietTurns = 0;
      this.reportSockets();
    }
    return taken;
  }

  close(): void {
    this.poller.close();
  }

  private reportSockets(): void {
    const cells = this.poller.socketCells;
    for (let socket = 0; socket < this.rings.length; socket++) {
      const drops = cells[socket * SOCKET_CELLS + SocketCell.kernelDrops] + this.unheld[socket];
      const errors = cells[socket * SOCKET_CELLS + SocketCell.errors];
      if (drops === this.drops[socket] && errors === this.errors[socket]) continue;
      const ring = this.rings[socket];
      const at = ring.claim(PacketRecord.socketType, PacketRecord.socketBytes);
      if (at < 0) continue;
      ring.view.setFloat64(at + PacketRecord.kernelDropsOffset, drops, true);
      ring.view.setFloat64(at + PacketRecord.errorsOffset, errors - this.errors[socket], true);
      ring.commit();
      this.drops[socket] = drops;
      this.errors[socket] = errors;
    }
  }
}

/** Entry of a line's thread. */
export function createAgent(options: LineAgentOptions, context: AgentContext): Agent {
  return new LineAgent(options, new RingReporter(context.reports));
}
