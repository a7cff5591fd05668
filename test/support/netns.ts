/**
 * Network namespaces joined by veth pairs, for tests of what 127.0.0.1 can't show: multicast joins, source filters, a
 * pulled cable. Needs root and `ip`; {@link namespacesUnavailable} says what is missing.
 */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';

/** Longest interface name that Linux takes. */
const LONGEST_NAME = 15;
const CARRIER_WAIT_MS = 10_000;
const CARRIER_LOOK_MS = 20;
const sleeper = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
let serial = 0;

function ip(...args: string[]): void {
  const result = spawnSync('ip', args, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`ip ${args.join(' ')}: ${result.stderr || result.error?.message}`);
}

function tryIp(...args: string[]): boolean {
  return spawnSync('ip', args, { stdio: 'ignore' }).status === 0;
}

/** The kernel notices a carrier some time after both ends are up; until then Node does not list the interface. */
function waitForCarrier(end: CableEnd): void {
  const deadline = Date.now() + CARRIER_WAIT_MS;
  for (;;) {
    const link = spawnSync('ip', ['-n', end.namespace, '-oneline', 'link', 'show', end.name], { encoding: 'utf8' });
    if (link.stdout.includes('state UP')) return;
    Atomics.wait(sleeper, 0, 0, CARRIER_LOOK_MS);
    if (Date.now() > deadline) throw new Error(`no carrier on ${end.name} in ${end.namespace}: ${link.stdout}`);
  }
}

let unavailable: string | undefined | null = null;

/** Why namespaces can't be used here, or undefined if they can. */
export function namespacesUnavailable(): string | undefined {
  if (unavailable === null) unavailable = probe();
  return unavailable;
}

function probe(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (spawnSync('ip', ['-V'], { stdio: 'ignore' }).status !== 0) return 'the ip command (iproute2) is not there';
  const name = `wl-${process.pid}-probe`;
  if (!tryIp('netns', 'add', name)) return 'this host does not allow network namespaces';
  tryIp('netns', 'delete', name);
  return undefined;
}

/** One end of a cable: an interface in a namespace. */
export interface CableEnd {
  readonly namespace: string;
  readonly name: string;
  readonly address: string;
}

/** Namespaces and cables of one test; every name carries the process id, so that runs don't meet. */
export class TestNetwork {
  private readonly namespaces = new Set<string>();
  private readonly prefix = `wl-${process.pid}-${serial++}`;

  constructor() {
    // A test run that is broken off leaves nothing behind either.
    process.once('exit', () => this.close());
  }

  /** Makes a namespace with loopback up. @returns its name for `ip netns exec` */
  namespace(label: string): string {
    const name = `${this.prefix}-${label}`;
    ip('netns', 'add', name);
    this.namespaces.add(name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    return name;
  }

  /**
   * A cable between two namespaces: a veth pair with an address (`10.0.0.1/24`) at each end, multicast routed over it.
   * @param label interface name in both namespaces
   */
  cable(
    label: string,
    near: { in: string; address: string },
    far: { in: string; address: string },
  ): [CableEnd, CableEnd] {
    if (label.length > LONGEST_NAME) throw new Error(`'${label}' is too long for an interface name`);
    ip('link', 'add', label, 'netns', near.in, 'type', 'veth', 'peer', 'name', label, 'netns', far.in);
    const ends: [CableEnd, CableEnd] = [this.end(label, near), this.end(label, far)];
    for (const end of ends) waitForCarrier(end);
    return ends;
  }

  /**
   * Pulls the plug (or puts it back, and waits for the carrier: up to a second) at one end; the other end loses its
   * carrier.
   */
  setLink(end: CableEnd, state: 'up' | 'down'): void {
    ip('-n', end.namespace, 'link', 'set', end.name, state);
    if (state === 'up') waitForCarrier(end);
  }

  /** Gives an interface one more address. */
  addAddress(end: CableEnd, address: string): void {
    ip('-n', end.namespace, 'address', 'add', address, 'dev', end.name);
  }

  /** Removes everything. May be called twice. */
  close(): void {
    for (const name of this.namespaces) tryIp('netns', 'delete', name);
    this.namespaces.clear();
  }

  private end(label: string, side: { in: string; address: string }): CableEnd {
    ip('-n', side.in, 'address', 'add', side.address, 'dev', label);
    ip('-n', side.in, 'link', 'set', label, 'up');
    return { namespace: side.in, name: label, address: side.address.split('/')[0] };
  }
}

/** Runs a program in a namespace. */
export function inNamespace(namespace: string, argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn('ip', ['netns', 'exec', namespace, ...argv], options);
}
