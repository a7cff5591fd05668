import type { Check } from '../finding.ts';

/** A stamp that is further off than this is of no use beside other hosts' stamps. */
const MAX_OFFSET_MS = 1;

/** Time synchronisation: journal and captures carry UTC. */
export const timeSync: Check = ({ host }) => {
  const check = 'time-sync';
  const tracking = host.run('chronyc', '-c', 'tracking');
  if (tracking !== undefined) {
    const fields = tracking.trim().split(',');
    const offsetMs = Math.abs(Number(fields[4])) * 1e3;
    const synced = fields[2] !== undefined && Number(fields[2]) > 0;
    if (synced && offsetMs <= MAX_OFFSET_MS)
      return { check, verdict: 'ok', found: `chrony, ${offsetMs.toFixed(3)} ms off` };
    return {
      check,
      verdict: 'advice',
      found: synced ? `chrony, ${offsetMs.toFixed(3)} ms off` : 'chrony has no source',
      why: "UTC stamps in journal and captures can not be compared with the venue's",
      fix: ['chronyc sources; use PTP (ptp4l and phc2sys) where the exchange offers it'],
    };
  }
  const answer = host.run('timedatectl', 'show', '--property=NTPSynchronized', '--value')?.trim();
  if (answer === 'yes') return { check, verdict: 'ok', found: 'synchronised (timedatectl)' };
  return {
    check,
    verdict: answer === 'no' ? 'advice' : 'unknown',
    found: answer === 'no' ? 'the clock is not synchronised' : 'neither chrony nor timedatectl answers',
    why: "UTC stamps in journal and captures can not be compared with the venue's",
    fix: ['install chrony, or ptp4l and phc2sys where the exchange offers PTP'],
  };
};
