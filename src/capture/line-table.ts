import { type AddressWords, IPV4_MAPPED, parseAddress } from './addresses.ts';
import type { Datagram } from './link-layer.ts';

/** Where a line's datagrams go to. */
export interface LineAddress {
  /** Multicast group or unicast address; `0.0.0.0` takes any address. */
  readonly address: string;
  readonly port: number;
}

/** Tells by destination which line a datagram belongs to. Lines are numbered in the order in which they are given. */
export class LineTable {
  readonly #words: AddressWords[];
  readonly #ports: number[];

  /** @throws {Error} naming the address that is none */
  constructor(lines: readonly LineAddress[]) {
    this.#words = lines.map(({ address }) => {
      const words = parseAddress(address);
      if (words === undefined) throw new Error(`"${address}" is not an IP address`);
      return words;
    });
    this.#ports = lines.map(({ port }) => port);
  }

  /** The datagram's line, or -1. */
  find(datagram: Datagram): number {
    const ports = this.#ports;
    const { destination, destinationPort } = datagram;
    for (let line = 0; line < ports.length; line++) {
      if (ports[line] !== destinationPort) continue;
      const words = this.#words[line];
      if (words[3] === 0 && words[0] === 0 && words[1] === 0 && words[2] === IPV4_MAPPED) return line;
      if (
        words[3] === destination[3] &&
        words[2] === destination[2] &&
        words[1] === destination[1] &&
        words[0] === destination[0]
      ) {
        return line;
      }
    }
    return -1;
  }
}
