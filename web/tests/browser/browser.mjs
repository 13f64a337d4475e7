// SPDX-License-Identifier: Apache-2.0
// A browser as the scripts beside this file need it: Debian's Chromium, and on every page a look for requests to other
// hosts, errors of scripts, breaches of the security policy, text wider than the screen, and what axe-core finds.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What the test program says: addresses, tokens, periods and the folder for pictures. */
export const given = JSON.parse(process.env.AANGAN_PAGES ?? '{}');

export const WIDTHS = [360, 768, 1440];

/** `isClosed`: of a node that is not open yet, which answers most of what is asked with 503. */
export async function withPage(base, width, work, { isClosed = false, ...options } = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.AANGAN_CHROMIUM ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      ignoreHTTPSErrors: true,
      locale: 'en-IN',
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('console', (message) => {
      // Chromium says of every refused call that it was refused (signing in begins with one), and asks for the page's icon
      // again when a script has taken the link away.
      const isExpected = (isClosed ? /status of (4|503)|ERR_INTERNET_DISCONNECTED/ : /status of 4|ERR_INTERNET_DISCONNECTED/).test(message.text());
      if (message.type() === 'error' && !isExpected) faults.push(`console: ${message.text()}`);
    });
    page.on('response', async (response) => {
      if (response.status() >= 500 && !(isClosed && response.status() === 503)) faults.push(`${response.status()}: ${new URL(response.url()).pathname}`);
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol !== 'blob:' && url.origin !== new URL(base).origin) faults.push(`off the host: ${url.origin}`);
    });
    try {
      await work(page);
    } catch (error) {
      await picture(page, 'fault');
      console.error(`At ${page.url()}, where is said:\n${await page.locator('body').innerText()}`, faults);
      throw error;
    }
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
  }
}

export async function signIn(page, base, token) {
  await page.goto(base);
  await send(page.getByLabel('Your token'), token);
}

/** The key is pressed in the field: a room that has just come takes the focus to its beginning. */
export async function send(field, text) {
  await field.fill(text);
  await field.press('Enter');
}

/** Nothing overlaps the edge of the screen, and axe-core finds nothing. */
export async function check(page, name) {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${name} is ${wider} px wider than its screen`);
  const empty = await page.evaluate(
    () => [...document.querySelectorAll('main svg[role=img]')].filter((each) => each.querySelectorAll('circle, path, rect').length === 0).length,
  );
  assert.equal(empty, 0, `${name} has an empty chart`);
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  const said = found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`);
  assert.deepEqual(said, [], name);
}

export async function picture(page, name) {
  if (!given.pictures) return;
  mkdirSync(given.pictures, { recursive: true });
  await page.screenshot({ path: `${given.pictures}/${name}.png`, fullPage: true });
}

/** One state on each screen: looked at, and pictured. */
export async function onEachScreen(page, name) {
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ ...before, width });
    await check(page, `${name} ${width}`);
    await picture(page, `${name.replaceAll(/[ /]/g, '-')}-${width}`);
  }
  await page.setViewportSize(before);
}
