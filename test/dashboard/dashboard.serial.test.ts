import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, launchBrowser } from '../support/browser.ts';
import { DemoProcess } from '../support/demo-process.ts';
import { repositoryRoot } from '../support/host.ts';

/** Set to have the README's pictures made by this run. */
const pictures = process.env.WARMLINE_PICTURES === '1';
const DESKTOP = { width: 1280, height: 1320 };
const PHONE = { width: 390, height: 844 };
const LONGEST_MS = 45_000;

if (browserPath === undefined) it.skip('the dashboard is left out: the host has no Chromium', () => {});

describe.skipIf(browserPath === undefined)('the dashboard in a real browser', () => {
  let browser: Browser;
  let page: Page;
  let demo: DemoProcess;
  const complaints: string[] = [];

  async function open(address: string, viewport = DESKTOP): Promise<Page> {
    const context = await browser.newContext({ viewport, colorScheme: 'dark', reducedMotion: 'reduce' });
    const opened = await context.newPage();
    opened.setDefaultTimeout(LONGEST_MS);
    opened.on('console', (message) => {
      if (message.type() === 'error' && !/WebSocket|ERR_CONNECTION/.test(message.text()))
        complaints.push(message.text());
    });
    opened.on('pageerror', (error) => complaints.push(String(error)));
    opened.on('request', (request) => {
      if (new URL(request.url()).hostname !== '127.0.0.1') complaints.push(`asked for ${request.url()}`);
    });
    await opened.goto(address);
    await opened.locator('#connection.good').waitFor();
    return opened;
  }

  const picture = async (name: string, of: Page = page) => {
    if (!pictures) return;
    await of.evaluate('scrollTo(0, 0)');
    const fullPage = of.viewportSize()?.width === DESKTOP.width;
    await of.screenshot({ path: join(repositoryRoot, 'docs', `dashboard-${name}.png`), fullPage });
  };

  beforeAll(async () => {
    browser = await launchBrowser();
    demo = await DemoProcess.start();
    page = await open(demo.dashboard);
  });
  afterEach(() => {
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });

  it('loads, shows both lines side by side, and moves', async () => {
    await page.getByRole('article', { name: 'line A' }).waitFor();
    await page.getByRole('article', { name: 'line B' }).waitFor();
    const units = page.locator('section[aria-label="feed itch"] h2 .note');
    const before = await units.textContent();
    while ((await units.textContent()) === before) await units.elementHandle();
    expect(await page.title()).toBe('Warmline');
    expect(page.url()).not.toContain('token');
    await page.locator('#chart canvas').waitFor();
  });

  it('cuts line A by a button and shows the switch with its evidence', async () => {
    // the lead may have moved by itself meanwhile: it is brought to A first
    await page.getByRole('button', { name: 'Switch line' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('feed').selectOption('itch');
    await dialog.getByLabel('line').selectOption('A');
    await dialog.getByLabel('Reason').fill('the test begins with A');
    await dialog.getByRole('button', { name: 'Switch line' }).click();
    await page.locator('article[aria-label="line A"] .badge:has-text("active")').waitFor();
    await page.getByRole('button', { name: 'Cut line A', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cut line A' }).click();
    await page.locator('article[aria-label="line B"] .badge:has-text("active")').waitFor();
    const event = page.locator('.events button', { hasText: 'A → B' }).first();
    await event.click();
    const evidence = page.locator('.events .evidence');
    expect(await evidence.textContent()).toMatch(/detection window [\d.]+ (ns|µs|ms|s)/);
    await picture('switch');
    await page.getByRole('button', { name: 'Restore everything' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore everything' }).click();
    await page.locator('article[aria-label="line A"] .badge.good').first().waitFor();
  });

  it('kills the gateway that carries the orders, by a button, and shows the flow on its peer and what is in doubt', async () => {
    const session = (name: string) => page.locator('section[aria-label="sessions"] tr', { hasText: name });
    await session('P1').locator('.badge:has-text("active")').waitFor();
    await page.getByRole('button', { name: 'Kill gateway P1', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Kill gateway P1' }).click();
    await session('P2').locator('.badge:has-text("active")').waitFor();
    await page.locator('.events button', { hasText: 'P1 → P2' }).first().click();
    expect(await page.locator('.events .evidence').textContent()).not.toBe('');
    const blind = page.locator('section[aria-label="order flow"] dt:text-is("blind") + dd');
    await expect.poll(async () => Number(await blind.textContent()), { timeout: LONGEST_MS }).toBeGreaterThan(0);
    await picture('failover');
    await page.getByRole('button', { name: 'Restore everything' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore everything' }).click();
    await session('P1').locator('.badge:has-text("warm")').waitFor();
    await expect.poll(async () => Number(await blind.textContent()), { timeout: LONGEST_MS }).toBe(0);
  });

  it('is used without a mouse', async () => {
    const event = page.locator('.events button').first();
    await event.focus();
    const open = await event.getAttribute('aria-expanded');
    await page.keyboard.press('Enter');
    while ((await page.locator('.events button').first().getAttribute('aria-expanded')) === open)
      await event.elementHandle();
    await page.getByRole('button', { name: 'Switch line' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('asks for a reason', async () => {
    await page.getByRole('button', { name: 'Fail back' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('feed').selectOption('itch');
    await dialog.getByRole('button', { name: 'Fail back' }).click();
    expect(await page.locator('input[name=reason]:invalid').count()).toBe(1);
    await page.keyboard.press('Escape');
  });

  it('fails a session over by a button, with a reason, and shows where the orders go', async () => {
    const stands = (port: string, state: string) =>
      page
        .locator('section[aria-label="sessions"] tr', { hasText: port })
        .locator('.badge', { hasText: state })
        .waitFor();
    await stands('P1', 'active');
    await stands('P2', 'warm');
    await page.getByRole('button', { name: 'Fail over' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('port').selectOption('P1');
    await dialog.getByLabel('Reason').fill('a drill of the test');
    await dialog.getByRole('button', { name: 'Fail over' }).click();
    await page.getByText('port P1 has given up its session').waitFor();
    await page.locator('.events button', { hasText: 'P1 → P2: by the operator' }).first().waitFor();
  });

  it('pauses a strategy by a button, shows it, and lets it go on', async () => {
    const press = async (title: string) => {
      await page.getByRole('button', { name: title }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('strategy').selectOption('maker');
      await dialog.getByLabel('Reason').fill('a drill of the test');
      await dialog.getByRole('button', { name: title }).click();
    };
    const badge = page.locator('section[aria-label="order flow"] .badge', { hasText: 'maker paused' });
    await press('Pause strategy');
    await badge.waitFor();
    await press('Resume strategy');
    await badge.waitFor({ state: 'detached' });
  });

  it('has a light and a dark face, and remembers', async () => {
    const theme = () => page.evaluate('document.documentElement.dataset.theme');
    expect(await theme()).toBe('dark');
    await page.getByRole('button', { name: 'switch to light colours' }).click();
    expect(await theme()).toBe('light');
    await picture('light');
    await page.reload();
    await page.locator('#connection.good').waitFor();
    expect(await theme()).toBe('light');
    await page.getByRole('button', { name: 'switch to dark colours' }).click();
  });

  it('is readable at 1280 px and on a phone: nothing is wider than the page', async () => {
    const overflow = (of: Page) =>
      of.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(await overflow(page)).toBe(0);
    const phone = await open(demo.dashboard, PHONE);
    await phone.getByRole('article', { name: 'line A' }).waitFor();
    expect(await overflow(phone)).toBe(0);
    await picture('phone', phone);
    await phone.context().close();
  });

  it('shows who only looks no buttons', async () => {
    const viewer = await open(demo.dashboard.replace(/#.*/, ''));
    await viewer.getByRole('article', { name: 'line A' }).waitFor();
    expect(await viewer.locator('#connection').textContent()).toContain('view');
    expect(await viewer.getByRole('button', { name: 'Cut line A' }).count()).toBe(0);
    await viewer.context().close();
  });

  it('says when the router is gone, and comes back with it', async () => {
    const { port } = new URL(demo.dashboard);
    await demo.stop();
    await page.locator('#connection.bad').waitFor();
    expect(await page.locator('#connection').textContent()).toContain('not connected');
    demo = await DemoProcess.start();
    expect(new URL(demo.dashboard).port).toBe(port);
    await page.locator('#connection.good').waitFor();
    await page.getByRole('article', { name: 'line A' }).waitFor();
  });
});
