import { spoken } from './ouch-by-hand.ts';

const HEADER = 3;

/** A login as SoupBinTCP 3.00 has it. */
export function login(username: string, password: string, session = '', sequence = 1): Uint8Array {
  const text = username.padEnd(6) + password.padEnd(10) + session.padStart(10) + String(sequence).padStart(20);
  return packet(
    'L',
    Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
  );
}

export function packet(type: string, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(HEADER + payload.length);
  new DataView(bytes.buffer).setUint16(0, payload.length + 1);
  bytes[2] = type.charCodeAt(0);
  bytes.set(payload, HEADER);
  return bytes;
}

/**
 * What a client hears, packet by packet, as short lines: `login S-P1 1`, `rejected S`, `#3 E 1 40@100000 A #7` (a
 * sequenced message with its number), `end`. Heartbeats are counted.
 */
export class SoupEar {
  readonly heard: string[] = [];
  heartbeats = 0;
  /** Number of the next sequenced message. */
  next = 0;
  /** Bytes of a packet that is not whole. */
  rest = new Uint8Array(0);
  readonly #protocol: 'ouch50' | 'ouch42';

  constructor(protocol: 'ouch50' | 'ouch42' = 'ouch50') {
    this.#protocol = protocol;
  }

  hear(bytes: Uint8Array): void {
    const all = new Uint8Array(this.rest.length + bytes.length);
    all.set(this.rest);
    all.set(bytes, this.rest.length);
    let at = 0;
    const view = new DataView(all.buffer);
    while (all.length - at >= HEADER && all.length - at >= 2 + view.getUint16(at)) {
      const size = view.getUint16(at);
      this.#packet(String.fromCharCode(all[at + 2]), all.slice(at + HEADER, at + 2 + size));
      at += 2 + size;
    }
    this.rest = all.slice(at);
  }

  /** What was heard since the last call. */
  take(): string[] {
    return this.heard.splice(0);
  }

  #packet(type: string, payload: Uint8Array): void {
    const text = String.fromCharCode(...payload);
    switch (type) {
      case 'A':
        this.next = Number(text.slice(10));
        this.heard.push(`login ${text.slice(0, 10).trim()} ${this.next}`);
        return;
      case 'J':
        this.heard.push(`rejected ${text}`);
        return;
      case 'S':
        this.heard.push(`#${this.next++} ${payload.length < 2 ? text : spoken(this.#protocol, payload)}`);
        return;
      case 'H':
        this.heartbeats++;
        return;
      case 'Z':
        this.heard.push('end');
        return;
      default:
        this.heard.push(`packet ${type} of ${payload.length}`);
    }
  }
}
