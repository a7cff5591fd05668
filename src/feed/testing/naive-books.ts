import type { BookWriter } from '../book-writer.ts';

/** An order of {@link NaiveBooks}. */
export interface NaiveOrder {
  reference: bigint;
  instrument: number;
  side: number;
  price: number;
  shares: number;
  attribution: number;
}

/** One book operation, as tests generate it. */
export interface BookOperation {
  kind: 'add' | 'reduce' | 'delete' | 'replace';
  instrument: number;
  side: number;
  reference: bigint;
  newReference: bigint;
  price: number;
  shares: number;
  attribution: number;
}

/** The books in the plainest form that can be right: a map of orders in order of arrival. The oracle of the real ones. */
export class NaiveBooks {
  readonly orders = new Map<bigint, NaiveOrder>();
  readonly suspects = new Set<number>();

  apply(operation: BookOperation): boolean {
    const { kind, instrument, reference } = operation;
    const order = this.orders.get(reference);
    if (kind === 'add') {
      if (operation.shares === 0 || order !== undefined) return this.refuse(instrument);
      const { side, price, shares, attribution } = operation;
      this.orders.set(reference, { reference, instrument, side, price, shares, attribution });
      return true;
    }
    if (order === undefined) return this.refuse(instrument);
    if (order.instrument !== instrument) {
      this.suspects.add(order.instrument);
      return this.refuse(instrument);
    }
    if (kind === 'reduce') {
      if (operation.shares > order.shares) return this.refuse(instrument);
      order.shares -= operation.shares;
      if (order.shares === 0) this.orders.delete(reference);
    } else if (kind === 'delete') {
      this.orders.delete(reference);
    } else {
      const { newReference, price, shares } = operation;
      if (shares === 0) return this.refuse(instrument);
      if (newReference !== reference && this.orders.has(newReference)) return this.refuse(instrument);
      this.orders.delete(reference);
      this.orders.set(newReference, { ...order, reference: newReference, price, shares });
    }
    return true;
  }

  /** A side's orders, best price first, oldest first within a price. */
  side(instrument: number, side: number): NaiveOrder[] {
    const found = [...this.orders.values()].filter((o) => o.instrument === instrument && o.side === side);
    return found.sort((a, b) => (side === 0 ? b.price - a.price : a.price - b.price));
  }

  private refuse(instrument: number): false {
    this.suspects.add(instrument);
    return false;
  }
}

const high = (reference: bigint): number => Number(BigInt.asIntN(32, reference >> 32n));
const low = (reference: bigint): number => Number(BigInt.asIntN(32, reference));

/** Applies an operation to the real books. */
export function applyTo(writer: BookWriter, operation: BookOperation): boolean {
  const { kind, instrument, side, reference, newReference, price, shares, attribution } = operation;
  switch (kind) {
    case 'add':
      return writer.add(instrument, side, high(reference), low(reference), price | 0, shares | 0, attribution);
    case 'reduce':
      return writer.reduce(instrument, high(reference), low(reference), shares | 0);
    case 'delete':
      return writer.delete(instrument, high(reference), low(reference));
    default:
      return writer.replace(
        instrument,
        high(reference),
        low(reference),
        high(newReference),
        low(newReference),
        price | 0,
        shares | 0,
      );
  }
}
