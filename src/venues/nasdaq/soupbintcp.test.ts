import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LoginReject,
  SoupClient,
  type SoupClientOptions,
  type SoupLogin,
  SoupServer,
  SoupState,
} from './soupbintcp.ts';

const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);
const latin = (value: string) => Uint8Array.from(value, (letter) => letter.charCodeAt(0));
const seconds = (value: number) => Float64Array.of(value * 1e9);

/** A client and a server, and everything that each was told. */
class Pair {
  readonly clientLog: string[] = [];
  readonly serverLog: string[] = [];
  readonly logins: SoupLogin[] = [];
  readonly client: SoupClient;
  readonly server: SoupServer;

  constructor(options: Partial<SoupClientOptions> = {}) {
    const { clientLog, serverLog, logins } = this;
    this.client = new SoupClient(
      { username: 'warm', password: 'line', ...options },
      {
        loginAccepted: () => clientLog.push(`accepted ${this.client.session} ${this.client.next[0]}`),
        loginRejected: (reason) => clientLog.push(`rejected ${String.fromCharCode(reason)}`),
        sequenced: (bytes, _view, offset, length) =>
          clientLog.push(`${this.client.sequence[0]} ${text(bytes.slice(offset, offset + length))}`),
        unsequenced: (bytes, _view, offset, length) =>
          clientLog.push(`unsequenced ${text(bytes.slice(offset, offset + length))}`),
        endOfSession: () => clientLog.push('end of session'),
        failed: (reason) => clientLog.push(`failed: ${reason}`),
      },
    );
    this.server = new SoupServer({
      login: (login) => logins.push(login),
      unsequenced: (bytes, _view, offset, length) => serverLog.push(text(bytes.slice(offset, offset + length))),
      logout: () => serverLog.push('logout'),
      failed: (reason) => serverLog.push(`failed: ${reason}`),
    });
  }

  /** Moves everything both ways, in pieces of the given sizes. */
  exchange(sizes: readonly number[] = [1 << 20]): void {
    let turn = 0;
    while (this.client.outputLength > 0 || this.server.outputLength > 0) {
      for (const [from, to] of [
        [this.client, this.server],
        [this.server, this.client],
      ] as const) {
        const count = Math.min(from.outputLength, sizes[turn++ % sizes.length]);
        const piece = from.output.slice(0, count);
        from.consumed(count);
        to.onBytes(piece, 0, count);
      }
    }
  }

  logIn(next = 1): this {
    this.client.onOpen();
    this.exchange();
    this.server.accept('DAY1', next);
    this.exchange();
    return this;
  }
}

describe('SoupBinTCP', () => {
  it('logs in byte for byte as version 3, and the server reads what was meant', () => {
    const pair = new Pair({ session: 'DAY1' });
    pair.client.next[0] = 42;
    pair.client.onOpen();
    const sent = text(pair.client.output.slice(0, pair.client.outputLength));
    expect(sent).toBe('\x00\x2fLwarm  line            DAY1                  42');
    pair.exchange();
    expect(pair.logins).toEqual([{ username: 'warm', password: 'line', session: 'DAY1', sequence: 42, version: 3 }]);
  });

  it('logs in as version 4 with the heartbeat timeout behind', () => {
    const pair = new Pair({ version: 4, silenceNs: 5e9 });
    pair.client.onOpen();
    expect(pair.client.outputLength).toBe(2 + 52);
    expect(text(pair.client.output.slice(49, 54))).toBe(' 5000');
    pair.exchange();
    expect(pair.logins[0].version).toBe(4);
  });

  it('counts sequenced messages from the number that the login was answered with', () => {
    const pair = new Pair().logIn(7);
    for (const word of ['a', '', 'c']) pair.server.sendSequenced(latin(word), 0, word.length);
    pair.client.sendUnsequenced(latin('order'), 0, 5);
    pair.server.debug('hello');
    pair.exchange();
    expect(pair.clientLog).toEqual(['accepted DAY1 7', '7 a', '8 ', '9 c']);
    expect(pair.serverLog).toEqual(['order']);
    expect([pair.client.next[0], pair.server.next[0]]).toEqual([10, 10]);
  });

  it('delivers the same however TCP cuts the bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary-ascii', maxLength: 300 }), { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }),
        (words, sizes) => {
          const pair = new Pair();
          pair.client.onOpen();
          pair.exchange(sizes);
          pair.server.accept('DAY1', 1);
          for (const word of words) {
            pair.server.sendSequenced(latin(word), 0, word.length);
            pair.client.sendUnsequenced(latin(word), 0, word.length);
          }
          pair.exchange(sizes);
          expect(pair.clientLog.slice(1)).toEqual(words.map((word, i) => `${i + 1} ${word}`));
        },
      ),
    );
  });

  it('takes a packet of the largest size', () => {
    const pair = new Pair().logIn();
    const large = new Uint8Array(0xfffe).fill(65);
    expect(pair.server.sendSequenced(large, 0, large.length)).toBe(true);
    expect(pair.server.sendSequenced(large, 0, 0xffff)).toBe(false);
    pair.exchange([1000]);
    expect(pair.clientLog[1]).toHaveLength(2 + 0xfffe);
  });

  it('heartbeats both ways after a second in which nothing else was sent', () => {
    const pair = new Pair().logIn();
    for (const side of [pair.client, pair.server]) {
      side.onTime(seconds(0));
      side.onTime(seconds(0.9));
      expect(side.outputLength).toBe(0);
      side.onTime(seconds(1));
      expect(side.outputLength).toBe(3);
    }
    expect([...pair.client.output.slice(0, 3)]).toEqual([0, 1, 0x52]);
    expect([...pair.server.output.slice(0, 3)]).toEqual([0, 1, 0x48]);
    pair.exchange();
    pair.client.sendUnsequenced(latin('x'), 0, 1);
    pair.exchange();
    pair.client.onTime(seconds(1.5));
    pair.client.onTime(seconds(2.4));
    expect(pair.client.outputLength).toBe(0);
    pair.client.onTime(seconds(2.5));
    expect(pair.client.outputLength).toBe(3);
  });

  it('gives up a peer that is silent for fifteen seconds, and only such a one', () => {
    const pair = new Pair().logIn();
    for (let t = 0; t <= 60; t++) {
      pair.client.onTime(seconds(t));
      pair.server.onTime(seconds(t));
      pair.exchange();
    }
    expect(pair.client.state).toBe(SoupState.loggedIn);
    for (let t = 61; t < 76; t++) pair.client.onTime(seconds(t));
    expect(pair.client.state).toBe(SoupState.loggedIn);
    pair.client.onTime(seconds(76)); // the last bytes were seen at 61
    expect(pair.client.closing).toBe(true);
    expect(pair.clientLog.at(-1)).toContain('nothing heard');
  });

  it('drops a connection that does not log in', () => {
    const pair = new Pair();
    pair.server.onTime(seconds(100));
    pair.server.onTime(seconds(129));
    expect(pair.server.closing).toBe(false);
    pair.server.onTime(seconds(130));
    expect(pair.server.closing).toBe(true);
  });

  it('tells a rejected login with its reason, then closes', () => {
    const pair = new Pair();
    pair.client.onOpen();
    pair.exchange();
    pair.server.reject(LoginReject.notAuthorised);
    expect(pair.server.closing).toBe(false);
    pair.exchange();
    expect(pair.clientLog).toEqual(['rejected A']);
    expect([pair.client.closing, pair.server.closing]).toEqual([true, true]);
  });

  it('ends by end of session or by logout', () => {
    const ended = new Pair().logIn();
    ended.server.endSession();
    ended.exchange();
    expect(ended.clientLog.at(-1)).toBe('end of session');
    const left = new Pair().logIn();
    left.client.logout();
    left.exchange();
    expect(left.serverLog).toEqual(['logout']);
    expect(left.client.sendUnsequenced(latin('x'), 0, 1)).toBe(false);
  });

  it('asks for the session and number it had when it connects again', () => {
    const pair = new Pair().logIn(5);
    pair.server.sendSequenced(latin('a'), 0, 1);
    pair.exchange();
    pair.client.onClosed('reset');
    const again = new Pair();
    again.client.session = pair.client.session;
    again.client.next[0] = pair.client.next[0];
    again.client.onOpen();
    again.exchange();
    expect(again.logins[0]).toMatchObject({ session: 'DAY1', sequence: 6 });
  });

  it('refuses what does not fit its output instead of queueing it', () => {
    const pair = new Pair().logIn();
    const block = new Uint8Array(0x8000);
    let sent = 0;
    while (pair.server.sendSequenced(block, 0, block.length)) sent++;
    expect(sent).toBe(7);
    expect(pair.server.next[0]).toBe(8);
    pair.exchange();
    expect(pair.server.sendSequenced(block, 0, block.length)).toBe(true);
  });

  it('fails on a packet without a type, on data before the login, on a second login', () => {
    const early = new Pair();
    early.client.onOpen();
    early.client.onBytes(Uint8Array.of(0, 2, 0x53, 1), 0, 4);
    expect(early.client.state).toBe(SoupState.failed);
    const untyped = new Pair().logIn();
    untyped.client.onBytes(Uint8Array.of(0, 0), 0, 2);
    expect(untyped.client.state).toBe(SoupState.failed);
    const twice = new Pair().logIn();
    twice.client.onOpen();
    twice.exchange();
    expect(twice.server.state).toBe(SoupState.failed);
  });
});
