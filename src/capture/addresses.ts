/** Word 2 of an IPv4 address written as an IPv4-mapped IPv6 address. */
export const IPV4_MAPPED = 0x0000ffff;

/** Four words in network order; IPv4 as `::ffff:a.b.c.d`. */
export type AddressWords = readonly [number, number, number, number];

/** A dotted IPv4 address as a big-endian u32 in an int32, or undefined if it is none. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8) | Number(part);
  }
  return value;
}

/** An IPv4 or IPv6 address as words, or undefined if it is neither. */
export function parseAddress(text: string): AddressWords | undefined {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return [0, 0, IPV4_MAPPED, ipv4];
  const halves = text.split('::');
  if (halves.length > 2 || !/^[0-9a-fA-F:]+$/.test(text)) return undefined;
  const groupsOf = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const head = groupsOf(halves[0]);
  const tail = halves.length === 2 ? groupsOf(halves[1]) : [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const word = (index: number): number =>
    (Number.parseInt(groups[index * 2], 16) << 16) | Number.parseInt(groups[index * 2 + 1], 16);
  return [word(0), word(1), word(2), word(3)];
}

/** An IPv4 address as dotted text. @param address big-endian u32, signed or not */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/** An address as text: IPv4-mapped ones dotted, others as IPv6 groups. */
export function formatAddress(words: ArrayLike<number>): string {
  if (words[0] === 0 && words[1] === 0 && words[2] === IPV4_MAPPED) return formatIpv4(words[3]);
  const groups: string[] = [];
  for (let index = 0; index < 4; index++) {
    groups.push((words[index] >>> 16).toString(16), (words[index] & 0xffff).toString(16));
  }
  return groups.join(':');
}
