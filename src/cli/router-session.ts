import { join } from 'node:path';
import { isatty } from 'node:tty';
import { FlightRecorder } from '../capture/flight-recorder.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import { eventKindName } from '../feed/event-record.ts';
import { missingAbilities } from '../io/abilities.ts';
import { nativeUnavailableReason } from '../io/native.ts';
import { Router } from '../router/router.ts';
import type { CounterMirror } from '../runtime/counter-file.ts';
import { MainThreadCounters } from '../runtime/main-thread.ts';
import { type Action, actionOperations } from '../server/actions.ts';
import { ControlSocket } from '../server/control-socket.ts';
import { controlSocketName, removeDeadRouters } from '../status/router-files.ts';
import { makeRuntimeDirectory, runtimeDirectory } from '../status/runtime-directory.ts';
import type { KeyHint } from '../status/status-model.ts';
import { ActionRecord } from './action-record.ts';
import { ApiSession } from './api-session.ts';
import { ConfigReload } from './config-reload.ts';
import { UserError } from './errors.ts';
import { describeEvent } from './event-text.ts';
import { FeedReports } from './feed-reports.ts';
import { HeldBackLogs } from './held-back-logs.ts';
import { holdActions } from './hold-actions.ts';
import { readKeys } from './keys.ts';
import { createLog, rateLimited } from './log.ts';
import { orderActions } from './order-actions.ts';
import { orderEventText } from './order-event-view.ts';
import { riskActions } from './risk-actions.ts';
import { aboutRouter } from './router-about.ts';
import { routerActions } from './router-actions.ts';
import { mirrorRouter } from './router-mirror.ts';
import { RouterView } from './router-view.ts';
import { ServiceReports } from './service-reports.ts';
import { listenForStop, type StopRequest } from './signals.ts';
import { StatusScreen } from './status-screen.ts';
import { renderSummary } from './status-view.ts';
import { packageVersion } from './version.ts';

/** A key of the session besides its own. */
export interface SessionKey extends KeyHint {
  press(): void | Promise<void>;
}

/** What a command adds to a router's run. */
export interface SessionOptions {
  /** End after this long. */
  readonly forNs?: number;
  /** Print what became of each feed as JSON at the end, instead of the summary; nothing else goes to stdout then. */
  readonly json?: boolean;
  /** Called once the router runs and its sockets are open: starts what it is to be fed by. */
  started?(session: RouterSession): Promise<void> | void;
  /** Called after the router has stopped. */
  stopped?(): Promise<void> | void;
  readonly keys?: readonly SessionKey[];
  /** Show a dashboard address that is logged in to operate: for a venue that is only simulated. */
  readonly openDashboard?: boolean;
  /** Where the config came from: it is read again on SIGHUP or by the action `config.reload`. */
  readonly configFile?: string;
  /** Reads the config file again, for limits that are made tighter while trading. */
  readonly readConfig?: () => WarmlineConfig;
  /** Actions of the API besides the router's own. */
  readonly actions?: readonly Action[];
}

const POLL_MS = 50;
const STDIN = 0;
const NS_PER_MS = 1e6;

/** A router in the foreground: status view, log, keys, flight recorder, and a clean end. */
export class RouterSession {
  readonly stop: StopRequest;
  private config: WarmlineConfig;
  private readonly options: SessionOptions;
  private readonly screen: StatusScreen;
  private readonly reports: FeedReports;
  private readonly log;
  private readonly limited;
  private router!: Router;
  private view!: RouterView;
  private recorder!: FlightRecorder;
  private api: ApiSession | undefined = undefined;
  private mainThread: MainThreadCounters | undefined = undefined;
  private heldBack: HeldBackLogs | undefined = undefined;
  private mirror: CounterMirror | undefined = undefined;
  private control: ControlSocket | undefined = undefined;
  private service: ServiceReports | undefined = undefined;
  private reloading: ConfigReload | undefined = undefined;
  private actionRecord!: ActionRecord;
  private readonly hasTerminal = isatty(STDIN);
  private failure: string | undefined = undefined;

  private constructor(config: WarmlineConfig, options: SessionOptions) {
    this.config = config;
    this.options = options;
    this.stop = options.configFile === undefined ? listenForStop() : listenForStop(['SIGINT', 'SIGTERM']);
    // with --json, stdout is for the JSON alone
    this.screen = new StatusScreen(options.json === true ? { stream: process.stderr } : {});
    this.reports = new FeedReports(config);
    const write = this.screen.inPlace ? (text: string) => this.screen.persist(text) : undefined;
    this.log = createLog({ ...config.log, write });
    this.limited = rateLimited(this.log);
  }

  /**
   * Runs until a signal, a key, `forNs`, or the end of what feeds it.
   * @throws {UserError} if the router could not start, or its thread ended by itself
   */
  static async run(config: WarmlineConfig, options: SessionOptions = {}): Promise<void> {
    const session = new RouterSession(config, options);
    try {
      await session.start();
      await session.wait();
    } finally {
      await session.end();
    }
    if (session.failure !== undefined) {
      throw new UserError(session.failure, 'nothing was routed any more; what happened before stands in the log');
    }
  }

  /** Writes a line above the status view. */
  say(text: string): void {
    this.screen.persist(text);
  }

  private async start(): Promise<void> {
    this.router = await Router.start(this.config, {
      feedEvent: (feed, event) => {
        this.view?.onEvent(feed, event);
        this.reports.onEvent(feed, event);
        const { config } = this.router.setup.feeds[feed];
        const { severity, text } = describeEvent(
          event,
          config.lines.map((line) => line.name),
        );
        this.limited(`${feed}/${event.kind}/${event.line}/${event.detail}`, severity, { feed: config.name }, text);
      },
      incident: (feed, event) => {
        if (!this.config.flightRecorder.onIncident) return;
        this.record(this.config.feeds[feed].name, eventKindName(event.kind));
      },
      gateway: (report) => {
        const shown = this.view?.onOrderReport(report);
        if (shown === undefined) return;
        const severity = shown.tone === 'bad' || shown.tone === 'warning' ? 'warn' : 'info';
        this.limited(`orders/${shown.what}`, severity, { orders: shown.what }, orderEventText(shown));
      },
      strategy: (report) => {
        if (report.kind === 'log') this.log.info({ strategy: report.strategy }, report.message);
        else {
          const { strategy, callback, message, stack } = report;
          this.log.error({ strategy, stack }, `threw in ${callback} and is shown nothing more: ${message}`);
        }
      },
      warning: (text) => this.log.warn(text),
      failed: (why) => {
        this.failure = why;
        this.stop.stop(why);
      },
    }).catch((error: Error) => {
      throw asUserError(error);
    });
    this.mainThread = new MainThreadCounters(this.router.setup.counters);
    this.view = new RouterView(this.router);
    this.heldBack = new HeldBackLogs(this.router.setup, this.log);
    this.recorder = this.createRecorder();
    const { configFile } = this.options;
    if (configFile !== undefined) this.reloading = this.createReload(configFile);
    this.actionRecord = new ActionRecord(this.log, this.router.setup.gateway?.operatorNotes);
    this.announce();
    await this.startApi();
    await this.startRuntime();
    this.service = new ServiceReports({
      status: () => this.view.model(),
      turnsAgoNs: () => this.view.turnsAgoNs(),
    });
    await this.options.started?.(this);
    this.service.started();
  }

  /** Dashboard, metrics and API; the router goes on without them where they can't be. */
  private async startApi(): Promise<void> {
    const { router } = this;
    const api = await ApiSession.start(
      {
        config: this.config,
        router,
        actions: this.actions(),
        record: this.actionRecord.record,
        status: () => this.view.model(),
        turnsAgoNs: () => this.view.turnsAgoNs(),
      },
      (text) => this.say(`  ${text}`),
    );
    if (typeof api === 'string') {
      if (this.config.api.enabled) this.log.warn(`no API and no dashboard: ${api}`);
      return;
    }
    this.api = api;
    this.say(`  dashboard ${this.options.openDashboard === true ? api.operatorUrl : api.server.url}`);
  }

  /** Lets `warmline top` look and `warmline ctl` ask; the router goes on without where that can't be. */
  private async startRuntime(): Promise<void> {
    const directory = runtimeDirectory();
    const { venue } = this.config;
    try {
      makeRuntimeDirectory(directory);
      removeDeadRouters(directory, venue);
    } catch (error) {
      this.log.warn(`neither warmline top nor warmline ctl finds this router: ${(error as Error).message}`);
      return;
    }
    const path = join(directory, controlSocketName(venue, process.pid));
    const control = await ControlSocket.listen(path, actionOperations(this.actions(), this.actionRecord.record));
    if (typeof control === 'string') this.log.warn(`warmline ctl can't ask this router: ${control}`);
    else this.control = control;
    const about = aboutRouter(this.router, this.view.startedNs, {
      api: this.api?.server.url,
      config: this.options.configFile,
      control: this.control?.path,
    });
    const mirror = mirrorRouter(this.router, directory, about);
    if (typeof mirror === 'string') this.log.warn(`warmline top can't show this router: ${mirror}`);
    else this.mirror = mirror;
  }

  /** Everything that an operator may do, by API, shell or button. */
  private actions(): readonly Action[] {
    const host = {
      router: this.router,
      dump: () => this.record(undefined, 'on demand'),
      reload: this.reloading === undefined ? undefined : () => this.reload(),
      stop: (why: string) => this.stop.stop(why),
    };
    return [...routerActions(host), ...this.tradingActions(), ...(this.options.actions ?? [])];
  }

  /** Sessions, orders, kill and limits, where there is an order half. */
  private tradingActions(): readonly Action[] {
    const { gateway } = this.router.setup;
    if (gateway === undefined) return [];
    const { readConfig } = this.options;
    return [...orderActions(gateway), ...holdActions(gateway), ...riskActions({ gateway, readConfig })];
  }

  private createRecorder(): FlightRecorder {
    const { directory, lastNs, keep } = this.config.flightRecorder;
    return new FlightRecorder({
      venue: this.config.venue,
      sources: this.router.setup.flights,
      directory,
      lastNs,
      keep,
    });
  }

  private createReload(file: string): ConfigReload {
    const { router } = this;
    return new ConfigReload({
      file,
      running: () => this.config,
      adoptFeeds: (settings) => router.adopt(settings),
      gateway: router.setup.gateway,
      adopt: (next) => this.adopt(next),
    });
  }

  /** Takes over what of another config is the main thread's. @returns what a person should hear of */
  private adopt(next: WarmlineConfig): string[] {
    const before = this.config;
    this.config = next;
    this.log.level = next.log.level;
    if (JSON.stringify(before.flightRecorder) !== JSON.stringify(next.flightRecorder))
      this.recorder = this.createRecorder();
    const fault = this.api?.adopt(next);
    return fault === undefined ? [] : [`api tokens stay as they were: ${fault}`];
  }

  /** @returns what has changed, in words @throws {Error} if nothing was taken over, and why */
  private async reload(): Promise<string> {
    this.service?.reloading();
    try {
      return await this.reloading!.run();
    } finally {
      this.service?.reloaded();
    }
  }

  /** SIGHUP: a reload, or, where it comes because the terminal is gone, the end. */
  private onHangup(): void {
    if (this.hasTerminal && !isatty(STDIN)) {
      this.stop.stop('the terminal is gone');
      return;
    }
    this.reload().then(
      (outcome) => this.log.warn({ by: 'SIGHUP' }, `config reloaded: ${outcome}`),
      (error: Error) => this.log.error({ by: 'SIGHUP' }, `config not reloaded: ${error.message}`),
    );
  }

  /** Which layout, idle strategy and I/O it runs on, and why. */
  private announce(): void {
    const { plan } = this.router.setup;
    this.say(`warmline ${packageVersion()}: ${this.config.venue}, i/o ${plan.io}`);
    for (const note of plan.notes) this.say(`  ${note}`);
    for (const note of this.router.setup.gateway?.notes ?? []) this.say(`  orders: ${note}`);
    if (plan.io === 'portable') {
      const why = nativeUnavailableReason();
      if (why !== undefined) this.say(`  no native addon: ${why}`);
      this.say(`  portable i/o does without ${missingAbilities('portable').join(', ')}`);
    }
  }

  private async wait(): Promise<void> {
    const { signal } = this.stop;
    const keys = this.keys();
    const reader = readKeys(
      (pressed) => {
        const key = keys.find((candidate) => candidate.key === pressed);
        if (key === undefined) return;
        void Promise.resolve(key.press()).catch((error: Error) => this.log.warn(error.message));
      },
      () => this.stop.stop('key'),
    );
    const hints = reader.active ? [...keys, { key: 'q', does: 'quit' }] : [];
    const poller = setInterval(() => this.router.poll(), POLL_MS);
    const painter = setInterval(() => this.screen.show(this.view.model(hints)), this.screen.intervalMs);
    const flusher = setInterval(() => this.flushLogs(), 1000);
    const onDump = () => this.record(undefined, 'on demand');
    process.on('SIGUSR2', onDump);
    const onHangup = () => this.onHangup();
    if (this.reloading !== undefined) process.on('SIGHUP', onHangup);
    const { forNs } = this.options;
    const ender = forNs === undefined ? undefined : setTimeout(() => this.stop.stop('--for'), forNs / NS_PER_MS);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    clearTimeout(ender);
    for (const timer of [poller, painter, flusher]) clearInterval(timer);
    process.off('SIGUSR2', onDump);
    process.off('SIGHUP', onHangup);
    reader.close();
  }

  private flushLogs(): void {
    this.limited.flush();
    this.heldBack?.look();
  }

  private keys(): SessionKey[] {
    const keys = [...(this.options.keys ?? [])];
    this.config.feeds.forEach((feed, number) => {
      if (feed.policy !== 'sticky' || number > 0) return;
      keys.push({ key: 's', does: 'switch line', press: () => void this.switchOver(number) });
      keys.push({ key: 'b', does: 'fail back', press: () => void this.router.failback(number) });
    });
    keys.push({ key: 'f', does: 'write flight capture', press: () => void this.record(undefined, 'on demand') });
    return keys;
  }

  private switchOver(feed: number): void {
    const names = this.config.feeds[feed].lines.map((line) => line.name);
    const active = this.view.model().feeds[feed].activeLine;
    this.router.switchTo(feed, (names.indexOf(active ?? '') + 1) % names.length);
  }

  /** @returns what was written, in words */
  private record(feed: string | undefined, reason: string): string {
    const nowMs = Date.now();
    const record = feed === undefined ? this.recorder.onDemand(nowMs) : this.recorder.onIncident(feed, reason, nowMs);
    if (record.kind === 'written') {
      this.log.info({ packets: record.packets }, `flight capture: ${record.path} (replay it: warmline replay)`);
    } else if (record.kind === 'failed') {
      this.log.error(`flight capture could not be written: ${record.error}`);
      return `not written: ${record.error}`;
    }
    return record.kind === 'written' ? `written to ${record.path}` : 'there was nothing to write';
  }

  private async end(): Promise<void> {
    this.service?.stopping(this.failure ?? String(this.stop.signal.reason ?? 'a failure'));
    this.api?.close();
    this.control?.close();
    if (this.router !== undefined) {
      const last = () => this.view?.model();
      const model = last();
      await this.router.stop();
      this.actionRecord?.close();
      this.mainThread?.close();
      this.mirror?.stop();
      this.flushLogs();
      await this.options.stopped?.();
      this.screen.close(model === undefined ? '' : renderSummary(last() ?? model));
      if (this.options.json === true) {
        const cells = this.router.setup.feeds.map((feed) => feed.options.cells);
        process.stdout.write(`${JSON.stringify(this.reports.build(cells), null, 2)}\n`);
      }
    } else {
      await this.options.stopped?.();
      this.screen.close();
    }
    this.stop.dispose();
  }
}

/** What a thread could not open or load is for the user to mend: shown without a stack. */
function asUserError(error: Error): Error {
  if (error.name === 'ThreadStartError') return new UserError(error.message, undefined, { cause: error });
  return error;
}
