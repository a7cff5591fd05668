import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageLog } from './message-log.ts';

describe('the log of sequenced messages', () => {
  it('gives back each message under its number, with the time at which it was said, in whichever order one asks', () => {
    const anyMessages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 400 });
    fc.assert(
      fc.property(anyMessages, fc.array(fc.nat()), (messages, picks) => {
        const log = new MessageLog();
        for (const [i, bytes] of messages.entries()) {
          const padded = Uint8Array.from([9, ...bytes]);
          expect(log.append(padded, 1, bytes.length, i * 10)).toBe(i + 1);
        }
        expect(log.next).toBe(messages.length + 1);
        const order = [...messages.keys(), ...picks.map((pick) => pick % Math.max(1, messages.length))];
        for (const i of messages.length === 0 ? [] : order) {
          const copy = log.read(i + 1, (bytes, offset, length) => bytes.slice(offset, offset + length));
          expect(copy).toEqual(messages[i]);
          expect(log.timeOf(i + 1)).toBe(i * 10);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('says which number would come next to whoever asks for one that is not there', () => {
    const log = new MessageLog();
    log.append(Uint8Array.of(1), 0, 1, 0);
    expect(() => log.timeOf(2)).toThrow('there is no message 2: the next one will be 2');
  });
});
