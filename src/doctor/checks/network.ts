import { formatSizeBytes } from '../../config/units.ts';
import type { Check, Finding } from '../finding.ts';
import type { Host } from '../host.ts';
import { Capability, coresIn, hasCapability } from '../kernel-files.ts';

const DEFAULT_RECEIVE_BUFFER_BYTES = 8 * 1024 ** 2;

export const socketBuffers: Check = ({ host, config }) => {
  const check = 'socket-buffers';
  const max = Number(host.read('proc/sys/net/core/rmem_max') ?? Number.NaN);
  const wanted = config?.io.receiveBufferBytes ?? DEFAULT_RECEIVE_BUFFER_BYTES;
  if (!Number.isFinite(max)) return { check, verdict: 'unknown', found: 'net.core.rmem_max is not shown' };
  if (max >= wanted)
    return {
      check,
      verdict: 'ok',
      found: `up to ${formatSizeBytes(max)}, the config wants ${formatSizeBytes(wanted)}`,
    };
  if (hasCapability(host, Capability.netAdmin)) {
    return {
      check,
      verdict: 'ok',
      found: `up to ${formatSizeBytes(max)}, but this process may exceed it (CAP_NET_ADMIN)`,
    };
  }
  return {
    check,
    verdict: 'bad',
    found: `at most ${formatSizeBytes(max)}, the config wants ${formatSizeBytes(wanted)} per line`,
    why: 'the kernel drops packets when the router stalls for as long as the smaller buffer lasts',
    fix: [`sysctl -w net.core.rmem_max=${wanted}`, 'and the same in /etc/sysctl.d'],
  };
};

/** The interfaces that the lines come in on: there, up, and near the cores that read them. */
export const interfaces: Check = ({ host, interfaces: names, hotCores }) => {
  const check = 'line-interfaces';
  if (names.length === 0) return { check, verdict: 'ok', found: 'the config names no interface' };
  return names.map((name): Finding => {
    const at = `sys/class/net/${name}`;
    const state = host.read(`${at}/operstate`);
    if (state === undefined) {
      return {
        check,
        verdict: 'bad',
        found: `interface ${name} is not there`,
        why: 'its lines can not be joined',
        fix: ['ip link; correct the config or the name'],
      };
    }
    if (state === 'down') {
      return {
        check,
        verdict: 'bad',
        found: `interface ${name} is down`,
        why: 'its lines are silent',
        fix: [`ip link set ${name} up; look at the cable`],
      };
    }
    const node = Number(host.read(`${at}/device/numa_node`) ?? -1);
    if (node < 0) return { check, verdict: 'ok', found: `${name} is ${state}` };
    const near = coresIn(host, `sys/devices/system/node/node${node}/cpulist`);
    const far = hotCores.filter((core) => !near.includes(core));
    if (far.length === 0)
      return { check, verdict: 'ok', found: `${name} is ${state}, on NUMA node ${node} as the hot cores` };
    return {
      check,
      verdict: 'advice',
      found: `${name} is on NUMA node ${node}, cores ${far.join(',')} are not`,
      why: "every packet crosses between the sockets: about 100 ns, and the far one's cache misses",
      fix: [`choose cores of node ${node}: ${near.join(',')}`],
    };
  });
};

/** Ring size and interrupt coalescing of the NICs, by ethtool. */
export const nicSettings: Check = ({ host, interfaces: names }) => {
  const check = 'nic-settings';
  if (names.length === 0) return { check, verdict: 'ok', found: 'the config names no interface' };
  return names.flatMap((name): Finding[] => [ringSize(host, check, name), coalescing(host, check, name)]);
};

function ringSize(host: Host, check: string, name: string): Finding {
  const text = host.run('ethtool', '-g', name);
  const values = [...(text ?? '').matchAll(/^RX:\s*(\d+)$/gm)].map((match) => Number(match[1]));
  if (values.length < 2)
    return { check, verdict: 'unknown', found: `${name}: ring sizes are not shown (no ethtool, or virtual)` };
  const [max, now] = values as [number, number];
  if (now >= max) return { check, verdict: 'ok', found: `${name}: receive ring ${now} of ${max}` };
  return {
    check,
    verdict: 'advice',
    found: `${name}: receive ring ${now} of ${max}`,
    why: 'a burst that is longer than the ring is dropped by the card',
    fix: [`ethtool -G ${name} rx ${max}`],
  };
}

function coalescing(host: Host, check: string, name: string): Finding {
  const text = host.run('ethtool', '-c', name);
  const us = Number(/^rx-usecs:\s*(\d+)$/m.exec(text ?? '')?.[1] ?? Number.NaN);
  const adaptive = /Adaptive RX:\s*on/.test(text ?? '');
  if (!Number.isFinite(us)) return { check, verdict: 'unknown', found: `${name}: coalescing is not shown` };
  if (us === 0 && !adaptive) return { check, verdict: 'ok', found: `${name}: no interrupt coalescing` };
  return {
    check,
    verdict: 'advice',
    found: `${name}: interrupts wait ${us} µs${adaptive ? ', adaptive' : ''}`,
    why: 'a packet waits that long in the card unless busy polling fetches it',
    fix: [`ethtool -C ${name} adaptive-rx off rx-usecs 0`],
  };
}

/** Groups that are joined on this host now, by /proc/net/igmp (addresses there are little-endian hex). */
export const memberships: Check = ({ host, config }) => {
  const check = 'igmp-memberships';
  const lines =
    config?.feeds.flatMap((feed) =>
      feed.lines.filter((line) => line.group !== undefined).map((line) => ({ feed, line })),
    ) ?? [];
  if (lines.length === 0) return { check, verdict: 'ok', found: 'no line is a multicast group' };
  const table = host.read('proc/net/igmp');
  if (table === undefined) return { check, verdict: 'unknown', found: 'memberships are not shown' };
  const joined = new Set([...table.matchAll(/^\s+([0-9A-F]{8})\s/gm)].map((match) => match[1]));
  const missing = lines.filter(({ line }) => !joined.has(igmpKey(line.group!)));
  if (missing.length === 0) return { check, verdict: 'ok', found: `all ${lines.length} groups are joined` };
  return {
    check,
    verdict: missing.length === lines.length ? 'unknown' : 'advice',
    found:
      missing.length === lines.length
        ? 'none of the groups is joined: the router is not running here'
        : `not joined: ${missing.map(({ feed, line }) => `${feed.name}/${line.name} ${line.group}`).join(', ')}`,
    ...(missing.length === lines.length
      ? {}
      : { why: 'those lines are silent', fix: ["look at the router's log for why the join failed"] }),
  };
};

/** `224.0.31.11` as /proc/net/igmp writes it. */
function igmpKey(group: string): string {
  return group
    .split('.')
    .reverse()
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

/** IGMP version and reverse-path filter, which swallow multicast without a word. */
export const reversePath: Check = ({ host, interfaces: names, config }) => {
  const check = 'reverse-path-filter';
  const multicast = config?.feeds.some((feed) => feed.lines.some((line) => line.group !== undefined)) === true;
  if (!multicast || names.length === 0) return { check, verdict: 'ok', found: 'no multicast line names an interface' };
  const all = Number(host.read('proc/sys/net/ipv4/conf/all/rp_filter') ?? 0);
  const strict = names.filter(
    (name) => Math.max(all, Number(host.read(`proc/sys/net/ipv4/conf/${name}/rp_filter`) ?? 0)) === 1,
  );
  if (strict.length === 0) return { check, verdict: 'ok', found: "not strict on the lines' interfaces" };
  return {
    check,
    verdict: 'advice',
    found: `strict on ${strict.join(', ')}`,
    why: 'multicast from a source that is not routed through that interface is dropped without a count in the socket',
    fix: strict.map((name) => `sysctl -w net.ipv4.conf.${name}.rp_filter=2`),
  };
};

/** Kernel-bypass libraries that are preloaded. */
export const bypass: Check = ({ host }) => {
  const check = 'kernel-bypass';
  const preload = host.environment.LD_PRELOAD ?? '';
  const known = /(libonload|libvma|libxlio|libexasock)[^:\s]*/.exec(preload)?.[0];
  if (known !== undefined) return { check, verdict: 'ok', found: `${known} is preloaded` };
  return { check, verdict: 'ok', found: 'none is preloaded: packets go through the kernel (a few µs each)' };
};
