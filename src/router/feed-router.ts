import { Arbiter } from '../feed/arbiter.ts';
import type { ArbiterConfig } from '../feed/arbiter-config.ts';
import { EventRecord, encodeEvent } from '../feed/event-record.ts';
import { type FeedEvent, FeedEventKind as SharedFeedEventKind } from '../feed/events.ts';
import { writeLiveSettings } from '../feed/live-settings.ts';
import type { FeedHandler, FeedProtocol } from '../feed/protocol.ts';
import { type FeedSink, UnitCell as SharedUnitCell } from '../feed/sink.ts';
import type { BroadcastWriter } from '../ring/broadcast-ring.ts';
import { copyIn } from '../ring/copy.ts';
import type { SpscProducer } from '../ring/spsc-ring.ts';
import { NowCell as SharedNowCell } from '../strategy/api.ts';
import { deliverUnit } from '../strategy/deliver.ts';
import type { StrategyHost } from '../strategy/strategy-host.ts';
import { BroadcastRecord } from './broadcast-record.ts';
import type { FeedAudit } from './feed-audit.ts';
import type { FeedRecovery } from './recovery.ts';
import { ReportType as SharedReportType } from './report-record.ts';
import type { TurnClock } from './turn-clock.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const NowCell = Object.freeze({ ...SharedNowCell });
const UnitCell = Object.freeze({ ...SharedUnitCell });
const FeedEventKind = Object.freeze({ ...SharedFeedEventKind });
const ReportType = Object.freeze({ ...SharedReportType });

/** Where a feed's units and events go, besides its books. */
export interface FeedOutputs {
  /** Strategies called in place (fused layout). */
  readonly hosts: readonly StrategyHost[];
  /** Ring to strategies on threads of their own; undefined where there are none. */
  readonly broadcast: BroadcastWriter | undefined;
  /** The thread's reports to the main thread. */
  readonly reports: SpscProducer;
  readonly clock: TurnClock;
}

/**
 * One feed from arbitration to strategy: the arbiter's sink that builds the books, calls the strategies in place,
 * and publishes to those elsewhere. The same object serves live traffic in both layouts.
 */
export class FeedRouter implements FeedSink {
  readonly number: number;
  readonly name: string;
  readonly arbiter: Arbiter;
  readonly handler: FeedHandler | undefined;
  /** Set once, after construction: recovery needs the arbiter that this object owns. */
  recovery: FeedRecovery | undefined = undefined;
  /** Set like {@link recovery}, where the config asks for audits. */
  audit: FeedAudit | undefined = undefined;
  /** Set like {@link recovery}: where the thresholds in force are shown, see `LiveCell`. */
  settings: Float64Array | undefined = undefined;
  private readonly hosts: readonly StrategyHost[];
  private readonly broadcast: BroadcastWriter | undefined;
  private readonly reports: SpscProducer;
  private readonly clock: TurnClock;
  private readonly unit: Float64Array;

  constructor(
    number: number,
    name: string,
    protocol: FeedProtocol,
    config: ArbiterConfig,
    handler: FeedHandler | undefined,
    cells: Float64Array | undefined,
    outputs: FeedOutputs,
  ) {
    this.number = number;
    this.name = name;
    this.handler = handler;
    this.hosts = outputs.hosts;
    this.broadcast = outputs.broadcast;
    this.reports = outputs.reports;
    this.clock = outputs.clock;
    this.arbiter = new Arbiter(config, protocol.createFramer(), this, cells);
    this.unit = this.arbiter.unit;
  }

  /** Shows the thresholds in force to whoever reads the counters. */
  showSettings(): void {
    if (this.settings !== undefined) writeLiveSettings(this.arbiter.config, this.settings, 0);
  }

  onUnit(bytes: Uint8Array, view: DataView, offset: number, length: number, source: number): void {
    const { clock, handler, hosts } = this;
    clock.now[NowCell.unitId] = this.unit[UnitCell.id];
    clock.now[NowCell.rxNs] = this.unit[UnitCell.rxNs];
    deliverUnit(hosts, this.number, handler, bytes, view, offset, length);
    if (this.audit !== undefined) this.audit.onUnit(bytes, offset, length, this.unit);
    if (this.broadcast !== undefined) this.publish(this.broadcast, view, offset, length, source);
    clock.onDelivered();
  }

  onEvent(event: FeedEvent): void {
    const at = this.reports.claim(ReportType.feedEvent, EventRecord.bytes);
    if (at >= 0) {
      encodeEvent(this.reports.view, at, this.number, event);
      this.reports.commit();
    }
    const broadcast = this.broadcast;
    if (broadcast !== undefined) {
      const place = broadcast.claim(BroadcastRecord.eventType, EventRecord.bytes);
      if (place >= 0) {
        encodeEvent(broadcast.view, place, this.number, event);
        broadcast.commit();
      }
    }
    for (let i = 0; i < this.hosts.length; i++) this.hosts[i].onEvent(this.number, event);
    this.recovery?.onEvent(event);
    if (event.kind === FeedEventKind.snapshotApplied || event.kind === FeedEventKind.sessionChanged)
      this.audit?.onReset();
  }

  private publish(ring: BroadcastWriter, view: DataView, offset: number, length: number, source: number): void {
    const at = ring.claim(BroadcastRecord.unitType, BroadcastRecord.headerBytes + length);
    if (at < 0) return;
    const cell = at >> 3;
    ring.float64[cell] = this.unit[UnitCell.id];
    ring.float64[cell + 1] = this.unit[UnitCell.rxNs];
    ring.view.setInt32(at + BroadcastRecord.feedOffset, this.number, true);
    ring.view.setInt32(at + BroadcastRecord.sourceOffset, source, true);
    copyIn(ring.int32, (at + BroadcastRecord.headerBytes) >> 2, view, offset, length);
    ring.commit();
  }
}
