/** IPv4 addresses as numbers, so that hot paths carry and compare them without strings. */

const OCTETS = 4;
const HIGHEST_OCTET = 255;

/**
 * `'127.0.0.1'` → the address as a big-endian u32 held in an int32 (so `233.54.12.111` is negative).
 * @throws {Error} if the text is not a dotted IPv4 address
 */
export function ipv4ToInt(address: string): number {
  const parts = address.split('.');
  if (parts.length !== OCTETS) throw new Error(`'${address}' is not a dotted IPv4 address`);
  let value = 0;
  for (const part of parts) {
    const octet = Number(part);
    if (!/^\d{1,3}$/.test(part) || octet > HIGHEST_OCTET)
      throw new Error(`'${address}' is not a dotted IPv4 address: '${part}' is not a number from 0 to 255`);
    value = (value << 8) | octet;
  }
  return value;
}

/** The dotted form of an address held in an int32 or a u32. */
export function intToIpv4(address: number): string {
  return `${(address >>> 24) & 255}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Whether the text is a dotted IPv4 address. */
export function isIpv4(address: string): boolean {
  try {
    ipv4ToInt(address);
    return true;
  } catch {
    return false;
  }
}

/** Whether a dotted IPv4 address is a multicast group (224.0.0.0/4). */
export function isMulticast(address: string): boolean {
  return ipv4ToInt(address) >>> 28 === 0xe;
}
