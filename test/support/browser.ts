import { type Browser, chromium } from 'playwright-core';
import { hostProgram } from './host.ts';

/** Debian's Chromium, or undefined where the host has none. */
export const browserPath: string | undefined = hostProgram('chromium') ?? hostProgram('chromium-browser');

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath,
    // as root, as CI runs, Chromium has no sandbox of its own
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}
