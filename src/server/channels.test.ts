import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Subscriber } from './channel.ts';
import { LogChannel } from './log-channel.ts';
import { applyPatch, type Json } from './patch.ts';
import { StateChannel } from './state-channel.ts';

/** A client that keeps what it is told as `docs/api.md` says it should. */
class Client implements Subscriber {
  ready = true;
  messages = 0;
  state: Json = null;
  version = 0;
  next = 0;
  resets = 0;
  readonly seen: number[] = [];

  send(text: string): void {
    this.messages++;
    const message = JSON.parse(text);
    if (message.type === 'snapshot') this.state = message.data;
    if (message.type === 'delta') {
      expect(message.version).toBe(this.version + 1);
      this.state = applyPatch(this.state, message.patch);
    }
    if (message.version !== undefined) this.version = message.version;
    if (message.type === 'reset') {
      this.next = message.next;
      this.resets++;
    }
    if (message.type === 'entries') {
      if (this.next !== 0) expect(message.from).toBe(this.next);
      this.next = message.from + message.entries.length;
      this.seen.push(...message.entries);
    }
  }
}

describe('a state channel', () => {
  it('keeps every client at the present, whatever it missed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ value: fc.integer({ min: 0, max: 3 }), slow: fc.boolean() }), { maxLength: 60 }),
        (steps) => {
          const state = { lines: [{ n: 0 }, { n: 0 }], more: {} as Record<string, number> };
          const channel = new StateChannel('status', () => state);
          const [quick, slow] = [new Client(), new Client()];
          channel.join(quick);
          channel.join(slow);
          for (const [i, step] of steps.entries()) {
            slow.ready = !step.slow;
            state.lines[i % 2].n = step.value;
            state.more = step.value === 0 ? {} : { [`k${step.value}`]: i };
            channel.tick();
            expect(quick.state).toEqual(state);
            if (slow.ready) expect(slow.state).toEqual(state);
          }
          slow.ready = true;
          channel.tick();
          expect(slow.state).toEqual(state);
        },
      ),
    );
  });

  it('says nothing when nothing changed, and reads nothing when nobody looks', () => {
    let reads = 0;
    const channel = new StateChannel('status', () => ({ reads: reads++ > 100 }));
    channel.tick();
    expect(reads).toBe(0);
    const client = new Client();
    channel.join(client);
    channel.tick();
    channel.tick();
    expect(client.messages).toBe(1);
    channel.leave(client);
    const before = reads;
    channel.tick();
    expect(reads).toBe(before);
  });
});

describe('a log channel', () => {
  it('leaves no hole and repeats nothing, over slow spells and reconnects; or says that it had to', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('append', 'append', 'append', 'slow', 'quick', 'reconnect'), { maxLength: 300 }),
        (steps) => {
          const channel = new LogChannel('orders', 8, () => ({ last: channel.last }));
          const client = new Client();
          let id = 0;
          channel.join(client, 0);
          for (const step of steps) {
            if (step === 'append') channel.append(++id);
            else if (step === 'slow') client.ready = false;
            else if (step === 'quick') client.ready = true;
            else {
              channel.leave(client);
              channel.join(client, client.next === 0 ? 0 : client.next - 1);
            }
            channel.tick();
          }
          client.ready = true;
          channel.tick();
          expect(client.next === 0 ? 1 : client.next).toBe(id + 1);
          const ascending = client.seen.every((entry, i) => i === 0 || entry > client.seen[i - 1]);
          expect(ascending).toBe(true);
          if (client.resets === 0) expect(client.seen).toEqual(Array.from({ length: id }, (_, i) => i + 1));
        },
      ),
    );
  });

  it('resets a client whose place is no longer kept, or never was', () => {
    const channel = new LogChannel('orders', 4, () => 'as it stands');
    for (let i = 1; i <= 100; i++) channel.append(i);
    for (const after of [-1, 3, 5000]) {
      const client = new Client();
      channel.join(client, after);
      expect([client.resets, client.next, client.seen]).toEqual([1, 101, []]);
    }
    const near = new Client();
    channel.join(near, 98);
    expect([near.resets, near.seen]).toEqual([0, [99, 100]]);
  });
});
