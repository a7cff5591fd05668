import { describe, expect, it } from 'vitest';
import { configChanges } from './changes.ts';
import { parseConfig, placesIn } from './load.ts';

const BASE = `venue: v
protocol: nasdaq
feeds:
  - name: itch
    holdOff: { count: 1000, time: 5ms }
    lines:
      - { name: A, address: 127.0.0.1, port: 1 }
      - { name: B, address: 127.0.0.1, port: 2 }
flightRecorder: { keep: 20 }
sim: { seed: 1 }
`;

function changes(text: string, base = BASE) {
  return configChanges(parseConfig(base, 'c.yaml'), parseConfig(text, 'c.yaml'))
    .map(({ path, kind, before, after }) => [path.join('.'), kind, before, after])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('what differs between two configs', () => {
  it('is nothing where only spelling and order differ', () => {
    expect(
      changes(
        BASE.replace('time: 5ms', 'time: 5000us').replace('venue: v\nprotocol: nasdaq', 'protocol: nasdaq\nvenue: v'),
      ),
    ).toEqual([]);
  });

  it('is named as the file has it, with what it was and is to be', () => {
    const text = BASE.replace('time: 5ms', 'time: 2ms')
      .replace('keep: 20', 'keep: 5, last: 3s')
      .replace('seed: 1', 'seed: 2');
    expect(changes(text)).toEqual([
      ['feeds.0.holdOff.time', 'live', '5ms', '2ms'],
      ['flightRecorder.keep', 'live', '20', '5'],
      ['flightRecorder.last', 'live', '10s', '3s'],
      ['sim.seed', 'unused', '1', '2'],
    ]);
  });

  it('follows what a key implies: staleness by heartbeats is live, the heartbeat itself is not', () => {
    const text = BASE.replace('name: itch', 'name: itch\n    heartbeat: 2s');
    expect(changes(text)).toEqual([
      ['feeds.0.heartbeat', 'fixed', '1s', '2s'],
      ['feeds.0.staleAfter', 'live', '3s', '6s'],
    ]);
  });

  it('takes failback as one thing, and lines that are more or fewer as fixed', () => {
    const text = BASE.replace('name: itch', 'name: itch\n    failback: { after: 5s }').replace(
      /\n {6}- { name: B.*/,
      '',
    );
    expect(changes(text)).toEqual([
      ['feeds.0.failback', 'live', 'never', '{ after: 5s }'],
      ['feeds.0.lines', 'fixed', expect.stringContaining('"B"'), expect.not.stringContaining('"B"')],
    ]);
  });

  it('knows nothing as live that it does not know: memory, threads, addresses, TLS', () => {
    const more = `${BASE}threads: { layout: fused }\napi: { port: 1, limits: { message: 1KiB, connections: 5 } }\nlog: { pretty: true, level: warn }\nio: { batch: 1 }\n`;
    expect(changes(more).map(([path, kind]) => `${path} ${kind}`)).toEqual([
      'api.limits.connections live',
      'api.limits.message fixed',
      'api.port fixed',
      'io.batch fixed',
      'log.level live',
      'log.pretty fixed',
      'threads.layout fixed',
    ]);
  });

  it('has its place in the file', () => {
    const place = placesIn(BASE);
    expect(place(['feeds', 0, 'holdOff', 'time'])).toEqual({ line: 5, column: 29 });
    expect(place(['feeds', 0, 'gapDeadline'])).toEqual({ line: 4, column: 5 });
  });
});
