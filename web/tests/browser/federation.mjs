// SPDX-License-Identifier: Apache-2.0
// Staff at the federation's page: sign in, read a figure with its margin, filter, compare, switch language, download, go on
// without a link; each view on three screens.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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
const LANGUAGES = ['hi', 'bn', 'te', 'ta', 'or', 'mr', 'en'];
const MARGIN = /^[\d,]+, give or take [\d,]+$/;
const MONTHS = /January|February|March|April|May|June|July|August|September|October|November|December|\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/;

async function go(page, view) {
  await page.goto(`${base}#/${view}`);
  await page.locator('main h1').first().waitFor();
  await page.locator('main [role=status]:not(:empty)').first().waitFor({ state: 'detached' });
}

async function enter(page) {
  await signIn(page, base, token);
  await page.locator('.coverage').waitFor();
}

async function speak(page, language) {
  await page.locator('.language select').selectOption(language);
  await page.locator(`html[lang=${language}]`).waitFor();
}

const nameOf = (view) => view.replaceAll(/[/?=]/g, '-');

for (const width of WIDTHS) {
  await withPage(base, width, async (page) => {
    await page.goto(base);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await check(page, `sign-in ${width}`);
    await picture(page, `federation-sign_in-${width}`);
    await enter(page);
    for (const view of VIEWS) {
      await go(page, view);
      await check(page, `${view} ${width}`);
      await picture(page, `federation-${nameOf(view)}-${width}`);
    }
    if (width !== 360) return;
    // The longest words on the narrowest screen.
    await speak(page, 'ta');
    for (const view of ['overview', 'indicator/new_members?by=gender', 'places']) {
      await go(page, view);
      await check(page, `${view} in Tamil at 360`);
      await picture(page, `federation-${nameOf(view)}-ta-360`);
    }
  });
}

/** Figures, filters, places, differences. Returns what is shown of new members in the newest period, as files name it. */
async function read(page) {
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

  // Places: the state that said yes has its figure; each other one is kept private, and whose yes is missing is said.
  await go(page, `places?period=${newest}`);
  await page.locator('main label select').selectOption('new_members');
  const kerala = page.locator('.states .interval-rows li', { hasText: 'Kerala' });
  await kerala.filter({ hasText: given.newMembersOfKerala }).waitFor();
  assert.equal(await page.locator('.states .interval-rows li:not(.axis)').count(), 8);
  assert.equal(await page.locator('.states .value-private').count(), 7);
  assert.equal(await page.locator('.states small', { hasText: /^Whose yes is missing: / }).count(), 7);
  const zones = page.locator('.chart').first().locator('.interval-rows li:not(.axis)');
  assert.equal(await zones.count(), 2);
  const shown = [['', '', value], ['new_by_place', 'south_west', await zones.nth(0).locator('.row-value').innerText()], ['new_by_place', 'east', await zones.nth(1).locator('.row-value').innerText()]];

  // Compare with the margin of the difference.
  await go(page, `compare?period=${newest}&from=${before}&figure=new_members`);
  for (const each of await page.locator('.interval-rows li:not(.axis) .row-value').allInnerTexts()) {
    assert.match(each, /^([+−][\d,]+, give or take [\d,]+|no clear change \([+−][\d,]+, give or take [\d,]+\))$/);
  }
  // A zone may, seldom, be too few to say.
  return shown.filter(([, , words]) => MARGIN.test(words.trim())).map(([table, place, words]) => {
    const [number, margin] = words.replaceAll(',', '').match(/\d+/g).map(Number);
    return { roster: 'india', indicator: 'new_members', table, place, value: number, margin };
  });
}

/** Every language: the same figure in Latin digits, and dates with its own months. */
async function speakAll(page) {
  await go(page, 'overview');
  const digits = given.newMembers.match(/\d+/g);
  for (const language of LANGUAGES) {
    await go(page, 'overview');
    await speak(page, language);
    const said = await page.locator('.totals .value').first().innerText();
    assert.deepEqual(said.match(/\d[\d,]*/g).map((each) => each.replaceAll(',', '')), digits, language);
    await check(page, `overview in ${language}`);
    await picture(page, `federation-overview-${language}`);
    if (language === 'en') continue;
    assert.doesNotMatch(await page.locator('main h1').innerText(), /National/);
    await go(page, 'rounds');
    assert.doesNotMatch(await page.locator('main').innerText(), MONTHS, language);
  }
}

/** Every file, saved as a reader would; readers that are not ours find in each what the page showed. */
async function download(page, shown) {
  await go(page, `data?period=${newest}`);
  const files = [
    ['Excel', 'xlsx'],
    ['CSV', 'csv'],
    ['Dictionary', 'dictionary'],
    ['DHIS2 values', 'dhis2'],
    ['DHIS2 metadata', 'dhis2-metadata'],
    ['DHIS2, left out', 'dhis2-omitted'],
    ['FHIR', 'fhir'],
    ['SDMX-CSV', 'sdmx'],
  ];
  assert.deepEqual(await page.locator('.downloads button').allInnerTexts(), files.map(([title]) => title));
  for (const [title, name] of files) {
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: title, exact: true }).click()]);
    assert.ok(saved.suggestedFilename().includes(newest), saved.suggestedFilename());
    await saved.saveAs(`${given.files}/${name}`);
    await page.getByRole('status').filter({ hasText: saved.suggestedFilename() }).waitFor();
  }
  const tests = fileURLToPath(new URL('../../../tests', import.meta.url));
  assert.ok(shown.length > 0);
  const said = execFileSync('/usr/bin/python3', [`${tests}/interop/exports/read_exports.py`, given.files, `${tests}/tools`, JSON.stringify(shown)], { encoding: 'utf8' });
  assert.match(said, new RegExp(`^shown: ${shown.length} figures, the same in every file$`, 'm'));
}

/** What was read stays when the link is gone: each view says the same, and nothing is asked for. */
async function goOffline(page) {
  const views = [...VIEWS, `places?period=${before}`, `indicator/new_members?by=zone&period=${before}`, `compare?figure=new_members`];
  const said = new Map();
  const wordsOf = async (view) => {
    await go(page, view);
    return page.locator('main').innerText();
  };
  for (const view of views) said.set(view, await wordsOf(view));
  await go(page, 'overview');
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.context().setOffline(true);
  for (const view of views) assert.equal(await wordsOf(view), said.get(view), view);
  await page.locator('nav').getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('heading', { level: 1, name: /What changed from/ }).waitFor();
  await speak(page, 'hi');
  await speak(page, 'en');
  // Chromium alone asks for the page's icon again.
  assert.deepEqual(asked.filter((path) => !path.startsWith('/assets/icon-')), []);
  await page.context().setOffline(false);
}

/** The first figure is there within a second; the machine may be busy once or twice. */
async function measure(page) {
  const seconds = [];
  for (let i = 0; i < 4; ++i) {
    const begun = Date.now();
    await page.goto('about:blank');
    await page.goto(base);
    await page.locator('.value-number').first().waitFor();
    seconds.push((Date.now() - begun) / 1000);
  }
  assert.ok(Math.min(...seconds) < 1, `first figure after ${seconds} s`);
}

await withPage(base, 1024, async (page) => {
  // A wrong token is refused in words; the keyboard alone is enough.
  await signIn(page, base, 'aangan-wrong-aaaa');
  await page.getByRole('alert').filter({ hasText: 'not known here' }).waitFor();
  await page.getByLabel('Your token').fill(token);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.coverage').waitFor();
  const shown = await read(page);
  await speakAll(page);
  await download(page, shown);
  await goOffline(page);
  await measure(page);
});

await withPage(
  base,
  1024,
  async (page) => {
    await enter(page);
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
