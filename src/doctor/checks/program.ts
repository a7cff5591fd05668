import { nativeUnavailableReason } from '../../io/native.ts';
import type { Check } from '../finding.ts';

/** What Warmline itself needs of the host. */
export const addon: Check = ({ config }) => {
  const check = 'native-addon';
  if (config?.io.mode === 'portable')
    return {
      check,
      verdict: 'advice',
      found: 'the config asks for portable i/o',
      why: 'a datagram takes about eight times as long',
      fix: ['io.mode: auto'],
    };
  const why = nativeUnavailableReason();
  if (why === undefined) return { check, verdict: 'ok', found: 'the native addon is there' };
  return {
    check,
    verdict: config?.io.mode === 'native' ? 'bad' : 'advice',
    found: `no native addon: ${why}`,
    why: 'a datagram takes about eight times as long, nothing is pinned or locked',
    fix: ['install a C compiler (gcc, libc6-dev) and run npm rebuild warmline'],
  };
};

const OLDEST_FULL_KERNEL = [4, 11] as const;

export const kernel: Check = ({ host }) => {
  const check = 'kernel';
  const release = host.read('proc/sys/kernel/osrelease') ?? '';
  const [major, minor] = release.split('.').map(Number);
  if (!Number.isFinite(major)) return { check, verdict: 'unknown', found: "the kernel's version is not shown" };
  const old = major < OLDEST_FULL_KERNEL[0] || (major === OLDEST_FULL_KERNEL[0] && minor < OLDEST_FULL_KERNEL[1]);
  if (!old) return { check, verdict: 'ok', found: `Linux ${release}` };
  return {
    check,
    verdict: 'bad',
    found: `Linux ${release}`,
    why: 'sockets lack what Warmline uses',
    fix: [`Linux ${OLDEST_FULL_KERNEL.join('.')} or newer`],
  };
};
