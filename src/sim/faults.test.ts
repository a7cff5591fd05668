import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyOf } from './copy-bytes.ts';
import { parseFaultSpec } from './fault-spec.ts';
import { FaultPipeline } from './faults.ts';

interface Out {
  readonly bytes: Uint8Array;
  readonly delayNs: number;
}

const PACKETS = 20_000;

class Line {
  readonly out: Out[] = [];
  readonly faults: FaultPipeline;
  nowNs = 0;
  #sent = 0;

  constructor(specs: string[], { seed = 1, stream = 0 } = {}) {
    this.faults = new FaultPipeline(seed, stream, (bytes, offset, length, delayNs) => {
      this.out.push({ bytes: copyOf(bytes, offset, length), delayNs });
    });
    for (const spec of specs) this.faults.add(parseFaultSpec(spec), 0);
  }

  /** Sends packets that carry their own number. */
  send(count: number, length = 20): this {
    const bytes = Buffer.alloc(length + 3);
    for (let i = 0; i < count; i++) {
      bytes.writeUInt32BE(this.#sent++, 3);
      this.faults.process(bytes, 3, length, this.nowNs);
    }
    return this;
  }

  get numbers(): number[] {
    return this.out.map(({ bytes }) => Buffer.from(bytes).readUInt32BE(0));
  }
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('faults', () => {
  it('let everything through where there are none', () => {
    const line = new Line([]).send(100);
    expect(line.numbers).toEqual(upTo(100));
    expect(line.out.every(({ delayNs }) => delayNs === 0)).toBe(true);
  });

  it('hit the same packets for the same seed, others for another seed or line', () => {
    const specs = ['A:drop=0.3', 'A:corrupt=0.2,bits=3', 'A:reorder=0.2,by=2', 'A:jitter=1ms', 'A:duplicate=0.1'];
    const run = (options = {}): Out[] => new Line(specs, options).send(500).out;
    expect(run()).toEqual(run());
    expect(run({ seed: 2 })).not.toEqual(run());
    expect(run({ stream: 1 })).not.toEqual(run());
  });

  it('with a seed of their own differ between lines, or a fault on all lines would hit the same packets of each', () => {
    const run = (stream: number): number[] => new Line(['*:drop=0.5,seed=9'], { stream }).send(100).numbers;
    expect(run(0)).not.toEqual(run(1));
  });

  it('drop their share', () => {
    const line = new Line(['A:drop=0.1,seed=7']).send(PACKETS);
    expect(line.out.length / PACKETS).toBeCloseTo(0.9, 1);
    expect(line.faults.stats).toMatchObject({
      packetsIn: PACKETS,
      packetsOut: line.out.length,
      dropped: PACKETS - line.out.length,
    });
  });

  it('lose a burst once, in a row, and then no more', () => {
    const line = new Line(['A:burst=5,after=10ns']);
    line.send(3);
    line.nowNs = 10;
    line.send(10);
    expect(line.numbers).toEqual([0, 1, 2, 8, 9, 10, 11, 12]);
    expect(line.faults.active(11)).toEqual([]);
  });

  it('lose bursts at their rate', () => {
    const line = new Line(['A:burst=10,rate=0.01,seed=3']).send(PACKETS);
    const numbers = line.numbers;
    const holes = numbers
      .slice(1)
      .map((number, i) => number - numbers[i] - 1)
      .filter((hole) => hole > 0);
    expect(holes.every((hole) => hole >= 10)).toBe(true);
    expect(line.faults.stats.dropped / PACKETS).toBeCloseTo(0.09, 1);
  });

  it('hold back by a delay, and by a jitter between nothing and all of it', () => {
    const delayed = new Line(['A:delay=2ms', 'A:jitter=1ms']).send(2000).out.map(({ delayNs }) => delayNs);
    expect(Math.min(...delayed)).toBeGreaterThanOrEqual(2e6);
    expect(Math.max(...delayed)).toBeLessThan(3e6);
    expect(delayed.reduce((sum, ns) => sum + ns, 0) / delayed.length).toBeCloseTo(2.5e6, -5);
    expect(new Line(['A:delay=1ms,rate=0']).send(5).out.every(({ delayNs }) => delayNs === 0)).toBe(true);
  });

  it('send a packet behind the next ones, and lose none by it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer(), fc.integer({ min: 0, max: 300 }), (by, seed, count) => {
        const line = new Line([`A:reorder=0.3,by=${by},seed=${seed}`]).send(count);
        const held = count - line.out.length;
        expect(held).toBeLessThanOrEqual(by);
        line.faults.flush();
        expect([...line.numbers].sort((a, b) => a - b)).toEqual(upTo(count));
      }),
    );
    const one = new Line([]);
    one.send(1);
    one.faults.add(parseFaultSpec('A:reorder=1,by=2'), 0);
    one.send(1);
    one.faults.clear('reorder');
    expect(one.numbers).toEqual([0, 1]);
  });

  it('duplicate their share, the copy later by its delay', () => {
    const line = new Line(['A:duplicate=1,delay=1ms']).send(2);
    expect(line.numbers).toEqual([0, 0, 1, 1]);
    expect(line.out.map(({ delayNs }) => delayNs)).toEqual([0, 1e6, 0, 1e6]);
  });

  it('flip exactly the bits they are told to, in a copy', () => {
    const line = new Line(['A:corrupt=1,bits=1']);
    const bytes = Buffer.from('the bytes of a packet');
    const before = Buffer.from(bytes);
    for (let i = 0; i < 100; i++) line.faults.process(bytes, 0, bytes.length, 0);
    expect(bytes).toEqual(before);
    for (const { bytes: corrupted } of line.out) {
      let flipped = 0;
      corrupted.forEach((byte, i) => {
        for (let difference = byte ^ before[i]; difference > 0; difference >>= 1) flipped += difference & 1;
      });
      expect(flipped).toBe(1);
    }
  });

  it('cut packets short, never to nothing', () => {
    const line = new Line(['A:truncate=1,seed=2']).send(1000);
    const lengths = line.out.map(({ bytes }) => bytes.length);
    expect(Math.min(...lengths)).toBe(1);
    expect(Math.max(...lengths)).toBe(19);
  });

  it('silence a line until the time is up, or until cleared', () => {
    const timed = new Line(['A:silence=5s,after=1s']);
    for (const nowNs of [0, 1e9, 5.9e9, 6e9]) {
      timed.nowNs = nowNs;
      timed.send(1);
    }
    expect(timed.numbers).toEqual([0, 3]);
    const cut = new Line(['A:silence']).send(3);
    expect(cut.faults.clear('silence')).toBe(1);
    cut.send(2);
    expect(cut.numbers).toEqual([3, 4]);
  });

  it('are listed with what they are and when, and cleared by number', () => {
    const line = new Line(['A:drop=0.1', 'A:delay=1ms,after=5s']);
    expect(line.faults.active(0).map(({ id, text, startsNs }) => ({ id, text, startsNs }))).toEqual([
      { id: 1, text: 'A:drop=0.1', startsNs: 0 },
      { id: 2, text: 'A:delay=1ms,after=5s', startsNs: 5e9 },
    ]);
    expect(line.faults.find('delay', 0)).toBeUndefined();
    expect(line.faults.find('delay', 5e9)).toMatchObject({ durationNs: 1e6 });
    expect(line.faults.clear(1)).toBe(1);
    expect(line.faults.active(0)).toHaveLength(1);
  });

  it('leave every packet either sent or counted as dropped, whatever is in force', () => {
    const any = fc.constantFrom(
      'A:drop=0.2',
      'A:burst=3,rate=0.05',
      'A:truncate=0.3',
      'A:corrupt=0.3,bits=9',
      'A:jitter=1us',
      'A:reorder=0.4,by=3',
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), fc.integer(), (specs, seed) => {
        const line = new Line(specs, { seed }).send(200);
        line.faults.flush();
        expect(line.out.length + line.faults.stats.dropped).toBe(200);
      }),
    );
  });
});
