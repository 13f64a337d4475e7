// SPDX-License-Identifier: Apache-2.0
// The people who run a node at its page: what needs them, what would leave, and their yes. An operator's yes is not enough;
// a steward's is. Each room and state is looked at on each screen; what holds markup in a name is text everywhere.
import assert from 'node:assert/strict';
import { check, given, onEachScreen, picture, send, signIn, withPage } from './browser.mjs';

const { node: base, operatorToken, stewardToken, newest } = given;

/** Markup that runs wherever it is taken for more than text. */
const MARKUP = '<img src=x onerror=globalThis.ran=1>';
const NAME = `Kavita ${MARKUP} <script>globalThis.ran=1</script> & "Testnama"`;
const STAYS = () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, document.title]);
const ASKING = /Asking the node|நோடிடம் கேட்கப்படுகிறது/;

const saysText = async (page, text) => assert.ok((await page.locator('main').innerText()).includes(text), `${page.url()} does not say ${text}`);

/** What was asked for is there, and nothing of it was taken for markup. */
async function settled(page) {
  await page.locator('main h1').first().waitFor();
  await page.getByText(ASKING).first().waitFor({ state: 'detached' });
  const made = await page.evaluate(() => [globalThis.ran ?? 0, document.querySelectorAll('#page :is(img, script, [onerror])').length]);
  assert.deepEqual(made, [0, 0], 'a name was taken for markup');
}

/** A room on each screen; one about a member asks first for her number, which no address has. */
async function visit(page, view, name, id = '') {
  await page.goto(`${base}#/${view}`);
  if (id) {
    await send(page.getByLabel('Her number'), id);
    await page.getByLabel('Her number').waitFor({ state: 'detached' });
    assert.ok(!page.url().includes(id));
  }
  const way = page.locator(`nav a[href="#/${view}"]`);
  if (await way.count()) await way.and(page.locator('[aria-current]')).waitFor();
  await settled(page);
  await onEachScreen(page, `operator ${name}`);
}

/** With Tab alone, and it can be seen where the focus is. */
async function tabTo(page, target) {
  await target.waitFor();
  for (let turn = 0; !(await target.evaluate((each) => each === document.activeElement)); ++turn) {
    assert.ok(turn < 100, `Tab does not lead to ${target}`);
    await page.keyboard.press('Tab');
  }
  const outline = await target.evaluate((each) => [getComputedStyle(each).outlineStyle, getComputedStyle(each).outlineWidth]);
  assert.deepEqual(outline, ['solid', '3px'], `the focus on ${target}`);
}

async function enterOn(page, target) {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

await withPage(base, 1024, async (page) => {
  await page.goto(base);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await onEachScreen(page, 'operator sign-in');
  await signIn(page, base, operatorToken);
  await page.locator('.task').first().waitFor();
  assert.match(await page.locator('h1').innerText(), /^(One thing needs|\d+ things need) you\.$/);
  assert.deepEqual(await page.locator('.quiet-lines dt').allInnerTexts(), ['Backup', 'Federation', 'Disk', 'Certificate', 'Ledger']);
  // One quarter has left by now.
  await page.locator('.quiet-lines').getByText(/^([1-9]|[1-9]\d|100) % of the year's privacy budget used$/).waitFor();
  for (const task of await page.locator('.task').all()) assert.ok((await task.locator('a, button, code').count()) > 0, await task.innerText());
  for (const view of ['home', 'import', 'backups']) await visit(page, view, view);
  await page.goto(`${base}#/release`);
  await page.getByRole('heading', { level: 1, name: 'All quarters' }).waitFor();
  await onEachScreen(page, 'operator release');
  await page.goto(`${base}#/release/${newest}`);
  await page.locator('.word').waitFor();
  await onEachScreen(page, `operator release ${newest}`);

  await page.setViewportSize({ width: 360, height: 900 });
  await page.getByLabel('Language').selectOption('ta');
  await page.locator('html[lang=ta]').waitFor();
  for (const [view, part] of [['home', '.quiet-lines'], [`release/${newest}`, '.word']]) {
    await page.goto(`${base}#/${view}`);
    await page.locator(part).waitFor();
    await settled(page);
    await check(page, `${view} in Tamil`);
    await picture(page, `operator-${view.split('/')[0]}-ta-360`);
  }
});

await withPage(base, 1024, async (page) => {
  await signIn(page, base, operatorToken);
  await page.getByRole('button', { name: 'Look at it' }).click();
  await page.getByRole('heading', { level: 1, name: /^What would leave: / }).waitFor();
  await page.locator('.word').waitFor();
  const sizes = await page.locator('.word button').evaluateAll((all) => all.map((each) => [each.offsetWidth, each.offsetHeight]));
  assert.deepEqual(sizes[0], sizes[1]);
  await page.getByRole('button', { name: 'Send these' }).click();
  await page.getByRole('alert').filter({ hasText: 'yes of a steward' }).waitFor();
  await onEachScreen(page, 'operator release not a steward');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();

  // A steward with the keyboard alone: from signing in to her yes.
  await page.goto(base);
  await tabTo(page, page.getByLabel('Your token'));
  await page.keyboard.insertText(stewardToken);
  await page.keyboard.press('Enter');
  await enterOn(page, page.getByRole('button', { name: 'Look at it' }));
  await page.getByRole('heading', { level: 1, name: /^What would leave: / }).waitFor();
  await enterOn(page, page.locator('summary', { hasText: 'All counts' }));
  assert.ok((await page.locator('details[open] tbody tr').count()) > given.cells);
  await enterOn(page, page.getByRole('button', { name: 'Send these' }));
  await page.getByRole('status').filter({ hasText: /leaves with the next link|sent, with a receipt/ }).waitFor();
  await onEachScreen(page, 'operator receipt');

  await enterOn(page, page.locator('nav').getByRole('link', { name: 'Who did what' }));
  await page.locator('tbody tr').first().waitFor();
  assert.ok((await page.locator('tbody').innerText()).includes('Agreed to'));
  await onEachScreen(page, 'operator audit');
});

// A file of two rows, one of which can not be: taken in, given again, mended into the same as the other, and given again.
await withPage(base, 360, async (page) => {
  await signIn(page, base, operatorToken);
  await page.goto(`${base}#/import`);
  const content = `\ufeffName;Sex;${MARKUP}\r\nकमला;woman;2026Q1\r\nकमला;Zanary;2026Q1\r\n`;
  const give = (text) => page.getByLabel('CSV file, saved as').setInputFiles({ name: 'members.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await give(content);
  for (const [column, field] of [['Name', 'member.details.full_name'], ['Sex', 'member.gender'], [MARKUP, 'member.enrolment_quarter']]) {
    await page.getByLabel(column, { exact: true }).selectOption(field);
  }
  await settled(page);
  await onEachScreen(page, 'operator import mapped');
  await page.getByRole('button', { name: 'Look for errors first' }).click();
  await page.getByRole('status').filter({ hasText: 'Looked through: 2 rows. Refused: 1. Nothing was taken in.' }).waitFor();
  await page.getByRole('button', { name: 'Take the rows in' }).click();
  await page.getByRole('status').filter({ hasText: 'Taken in: 1. There already: 0. Refused: 1.' }).waitFor();
  assert.deepEqual(await page.locator('tbody th, tbody td').evaluateAll((all) => all.slice(0, 2).map((each) => each.textContent)), ['3', 'Sex']);
  await onEachScreen(page, 'operator import done');
  await page.getByRole('button', { name: 'Take the rows in' }).click();
  await page.getByRole('status').filter({ hasText: 'Taken in: 0. There already: 1. Refused: 1.' }).waitFor();
  assert.equal(await page.getByLabel('Name of this file').inputValue(), 'members.csv');
  await give(content.replace('Zanary', 'woman'));
  await page.getByRole('button', { name: 'Take the rows in' }).click();
  await page.getByRole('status').filter({ hasText: 'Taken in: 1. There already: 1. Refused: 0.' }).waitFor();
  assert.ok(!(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]))).includes('Zanary'));
});

// The rooms, one after the other, as each role: first a steward makes a caseworker's token at the page.
let caseworkerToken = '';
await withPage(base, 1024, async (page) => {
  await signIn(page, base, stewardToken);
  await page.locator('nav').getByRole('link', { name: 'People and access' }).click();
  const form = page.locator('form', { hasText: 'A new token' });
  await form.getByLabel('What it is for').fill('Not a slug');
  await form.getByRole('button', { name: 'Make the token' }).click();
  await page.getByRole('alert').filter({ hasText: 'token.title' }).waitFor();
  await send(form.getByLabel('What it is for'), 'browser_test');
  caseworkerToken = (await page.locator('section[role=status] code').innerText()).trim();
  assert.match(caseworkerToken, /^aangan-/);
  await onEachScreen(page, 'operator secret');
  await page.getByRole('button', { name: 'I have it' }).click();
  assert.ok(!(await page.locator('body').innerText()).includes(caseworkerToken));
  assert.ok(!(await page.evaluate(STAYS)).includes(caseworkerToken));
  await page.locator('th', { hasText: 'browser_test' }).first().waitFor();
});

await withPage(base, 1024, async (page) => {
  await signIn(page, base, stewardToken);
  await page.locator('nav').waitFor();
  for (const view of ['waiting', 'permits', 'access', 'catalogue', 'roster', 'settings']) await visit(page, view, view);
  await page.goto(`${base}#/roster`);
  await page.locator('tbody tr').nth(11).waitFor();
  assert.equal(await page.locator('tbody tr').count(), 12);
});

let member = '';
await withPage(base, 1024, async (page) => {
  await signIn(page, base, caseworkerToken);
  await page.getByRole('alert').filter({ hasText: 'You are signed in as: caseworker.' }).waitFor();
  const made = await page.evaluate(
    async ([fullName, markup, enrolmentQuarter]) => {
      const details = { fullName, otherNames: [markup], contact: markup, address: markup, notes: markup };
      const body = JSON.stringify({ member: { enrolmentQuarter, details } });
      const answer = await fetch('/aangan.node.v1.MemberService/CreateMember', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return answer.json();
    },
    [NAME, MARKUP, newest],
  );
  member = made.name.split('/')[1];
  // With the keyboard alone: the search, and the record that it finds.
  await enterOn(page, page.locator('nav').getByRole('link', { name: 'Members' }));
  await tabTo(page, page.getByLabel('Her name'));
  await page.keyboard.type('kavita');
  await page.keyboard.press('Enter');
  await enterOn(page, page.getByRole('link', { name: NAME }));
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor();
  assert.equal(new URL(page.url()).hash, '#/record');
  const stays = await page.evaluate(STAYS);
  assert.ok(!/kavita/i.test(stays) && !stays.includes(member));
  // Back to the search, and from there to the record again.
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor();
  await send(page.getByLabel('Her name'), 'kavita');
  await page.getByRole('link', { name: NAME }).click();
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor();
  // A consent: refused without the words that she heard, then recorded.
  await page.getByRole('link', { name: 'Give or take back a consent' }).click();
  await page.getByLabel('What for').selectOption({ label: 'Take part in research' });
  await page.getByRole('button', { name: 'She agrees' }).click();
  await page.getByRole('alert').filter({ hasText: 'notice_version' }).waitFor();
  await page.getByLabel('Notice', { exact: true }).fill('2026.1');
  await page.getByRole('button', { name: 'She agrees' }).click();
  await page.locator('tr', { hasText: 'Take part in research' }).filter({ hasText: 'yes' }).waitFor();
});

await withPage(base, 1024, async (page) => {
  await signIn(page, base, caseworkerToken);
  await page.locator('nav').waitFor();
  await visit(page, 'members', 'members');
  await send(page.getByLabel('Her name'), 'kavita');
  await page.getByRole('link', { name: NAME }).waitFor();
  await settled(page);
  await onEachScreen(page, 'operator members found');
  for (const view of ['record', 'consent', 'erase']) {
    // Between two rooms about her stands one that is not: she is forgotten there.
    await page.goto(`${base}#/members`);
    await page.getByLabel('Her name').waitFor();
    await visit(page, view, view, member);
    await saysText(page, NAME);
  }
  await page.goto(`${base}#/record`);
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor();
  for (const more of await page.locator('main summary').all()) await more.click();
  assert.equal((await page.locator('.facts').innerText()).split(MARKUP).length, 1 + 4);
  await settled(page);
  await onEachScreen(page, 'operator record opened');

  await page.setViewportSize({ width: 360, height: 900 });
  await page.getByLabel('Language').selectOption('ta');
  await page.locator('html[lang=ta]').waitFor();
  await page.goto(`${base}#/members`);
  await send(page.locator('main input'), 'kavita');
  await page.getByRole('link', { name: NAME }).waitFor();
  await check(page, 'members in Tamil');
  await picture(page, 'operator-members-ta-360');
});

await withPage(base, 1024, async (page) => {
  await signIn(page, base, stewardToken);
  await page.locator('nav').waitFor();
  await visit(page, 'seal', 'seal', member);
});

await withPage(base, 1024, async (page) => {
  await signIn(page, base, caseworkerToken);
  await page.locator('nav').waitFor();
  await page.goto(`${base}#/erase`);
  await send(page.getByLabel('Her number'), member);
  await page.locator('.word').waitFor();
  const sizes = await page.locator('.word button').evaluateAll((all) => all.map((each) => [each.offsetWidth, each.offsetHeight]));
  assert.deepEqual(sizes[0], sizes[1]);
  assert.equal(await page.getByRole('button', { name: 'Erase her record for good' }).isDisabled(), true);
  await page.getByLabel('I have read this.').check();
  await page.getByRole('button', { name: 'Erase her record for good' }).click();
  await page.getByText('Her record was erased').waitFor({ timeout: 120_000 });
  assert.ok(!(await page.locator('body').innerText()).includes(NAME));
  assert.ok(!page.url().includes(member));
  await onEachScreen(page, 'operator receipt of an erasure');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.controls').isVisible(), false);
  await picture(page, 'operator-receipt-of-an-erasure-print');
  await page.goto(`${base}#/members`);
  await page.getByLabel('Her name').waitFor();
  await visit(page, 'record', 'record of nobody', member);
  await page.getByRole('alert').filter({ hasText: 'There is nothing under this address.' }).waitFor();
});
