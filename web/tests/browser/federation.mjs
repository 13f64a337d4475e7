// SPDX-License-Identifier: Apache-2.0
// Staff at the federation's page: sign in, read a figure with its margin, filter, compare, switch language, download;
// each view on three screens.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { WIDTHS, check, given, picture, signIn, withPage } from './browser.mjs';

const { federation: base, federationToken: token, newest, before } = given;
const VIEWS = [
  'overview',
  `overview?period=${before}`,
  'indicator/new_members?by=gender',
  'indicator/needs_met',
  'places',
  'compare',
  'rounds',
  'catalogue',
  'data',
  'method',
];
const MARGIN = /^[\d,]+, give or take [\d,]+$/;

async function go(page, view) {
  await page.goto(`${base}#/${view}`);
  await page.locator('main h1').first().waitFor();
  await page.locator('main [role=status]', { hasText: 'Reading' }).waitFor({ state: 'detached' });
}

for (const width of WIDTHS) {
  await withPage(base, width, async (page) => {
    await page.goto(base);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await check(page, `sign-in ${width}`);
    await picture(page, `federation-sign_in-${width}`);
    await signIn(page, base, token);
    await page.locator('.coverage').waitFor();
    for (const view of VIEWS) {
      await go(page, view);
      await check(page, `${view} ${width}`);
      await picture(page, `federation-${view.replaceAll(/[/?=]/g, '-')}-${width}`);
    }
  });
}

await withPage(base, 1024, async (page) => {
  // A wrong token is refused in words; the keyboard alone is enough.
  await signIn(page, base, 'aangan-wrong-aaaa');
  await page.getByRole('alert').filter({ hasText: 'not known here' }).waitFor();
  await page.getByLabel('Your token').fill(token);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.coverage').waitFor();
  assert.ok((await page.locator('.coverage .lead').innerText()).startsWith(given.coverage));
  assert.equal(await page.locator('.rehearsal').count(), given.isRehearsal ? 1 : 0);

  // A figure with its margin, as the federation says it by gRPC.
  const card = page.locator('.totals li', { hasText: 'New members' });
  const value = (await card.locator('.value').innerText()).trim();
  assert.equal(value, given.newMembers);
  for (const each of await page.locator('.value-number').allInnerTexts()) assert.match(each.trim(), MARGIN);

  // Filter: by gender, then another period.
  await card.getByRole('link', { name: 'by gender' }).click();
  await page.getByRole('heading', { level: 1, name: 'How many survivors joined a collective?' }).waitFor();
  assert.equal(await page.locator('figcaption h2').nth(1).innerText(), 'By gender');
  await page.locator('.period select').selectOption(before);
  await page.waitForURL(new RegExp(`period=${before}`));
  await page.locator('summary').first().click();
  assert.ok((await page.locator('table').first().locator('tbody tr').count()) >= 2);

  // Places: each state of the roster is kept private, and whose yes it needs is said.
  await go(page, 'places');
  await page.locator('.states .value-private').first().waitFor();
  assert.equal(await page.locator('.states .value-private').count(), 8);
  await page.locator('main label select').selectOption('new_members');
  assert.equal(await page.locator('.interval-rows li:not(.axis)').count(), 2);

  // Compare with the margin of the difference.
  await go(page, `compare?period=${newest}&from=${before}&figure=new_members`);
  for (const each of await page.locator('.interval-rows li:not(.axis) .row-value').allInnerTexts()) {
    assert.match(each, /^([+−][\d,]+, give or take [\d,]+|no clear change \([+−][\d,]+, give or take [\d,]+\))$/);
  }

  // Every language: the same figure in Latin digits.
  await go(page, 'overview');
  const digits = value.match(/\d[\d,]*/g);
  for (const language of ['hi', 'bn', 'te', 'ta', 'or', 'mr', 'en']) {
    await page.locator('.language select').selectOption(language);
    await page.locator(`html[lang=${language}]`).waitFor();
    const said = await page.locator('.totals .value').first().innerText();
    assert.deepEqual(said.match(/\d[\d,]*/g), digits, language);
    if (language !== 'en') assert.doesNotMatch(await page.locator('main h1').innerText(), /National/);
    await check(page, `overview in ${language}`);
    await picture(page, `federation-overview-${language}`);
  }

  // Downloads, each looked into.
  await go(page, `data?period=${newest}`);
  for (const [name, isRight] of [
    ['Excel', (bytes) => bytes.subarray(0, 2).toString() === 'PK'],
    ['CSV', (bytes) => bytes.toString().startsWith('\ufeff') && bytes.toString().includes('new_members')],
    ['DHIS2 values', (bytes) => JSON.parse(bytes.toString()).dataValues.length > 0],
    ['FHIR', (bytes) => JSON.stringify(JSON.parse(bytes.toString())).includes('MeasureReport')],
    ['SDMX-CSV', (bytes) => bytes.toString().split('\n').length > 10],
  ]) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name, exact: true }).click()]);
    assert.ok(download.suggestedFilename().includes(newest), download.suggestedFilename());
    assert.ok(isRight(readFileSync(await download.path())), name);
  }

  // What was read stays when the link is gone.
  await go(page, 'overview');
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.context().setOffline(true);
  await page.locator('nav').getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('heading', { level: 1, name: /What changed from/ }).waitFor();
  assert.deepEqual(asked.filter((path) => path.startsWith('/aangan.')), []);
  await page.context().setOffline(false);

  // The first figure is there within a second; the machine may be busy once or twice.
  const seconds = [];
  for (let i = 0; i < 4; ++i) {
    const begun = Date.now();
    await page.goto('about:blank');
    await page.goto(base);
    await page.locator('.value-number').first().waitFor();
    seconds.push((Date.now() - begun) / 1000);
  }
  assert.ok(Math.min(...seconds) < 1, `first figure after ${seconds} s`);
});

await withPage(
  base,
  1024,
  async (page) => {
    await signIn(page, base, token);
    await page.locator('.coverage').waitFor();
    for (const view of ['overview', 'compare', 'places']) {
      await go(page, view);
      await check(page, `${view} in the dark`);
    }
    await picture(page, 'federation-places-dark');
    // On paper: black on white, no controls, and what the sheet is of.
    await page.emulateMedia({ media: 'print', colorScheme: 'light' });
    await go(page, 'overview');
    assert.equal(await page.locator('.controls').isVisible(), false);
    assert.match(await page.locator('.foot').innerText(), /collectives reported.*Catalogue version 1.*https?:/);
    await picture(page, 'federation-overview-print');
    // Signing out ends the token, so it comes last.
    await page.emulateMedia({ media: 'screen' });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(page, base, token);
    await page.getByRole('alert').filter({ hasText: 'not known here' }).waitFor();
  },
  { colorScheme: 'dark' },
);
