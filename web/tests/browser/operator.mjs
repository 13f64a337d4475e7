// SPDX-License-Identifier: Apache-2.0
// The people who run a node at its page: what needs them, what would leave, and their yes. An operator's yes is not enough;
// a steward's is.
import assert from 'node:assert/strict';
import { WIDTHS, check, given, picture, signIn, withPage } from './browser.mjs';

const { node: base, operatorToken, stewardToken, newest } = given;

for (const width of WIDTHS) {
  await withPage(base, width, async (page) => {
    await page.goto(base);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await check(page, `sign-in ${width}`);
    await signIn(page, base, operatorToken);
    await page.locator('.task').first().waitFor();
    assert.match(await page.locator('h1').innerText(), /^(One thing needs|\d+ things need) you\.$/);
    assert.equal(await page.locator('.quiet-lines dt').count(), 4);
    for (const view of ['home', `release/${newest}`, 'release', 'import', 'backups']) {
      await page.goto(`${base}#/${view}`);
      await page.locator('main h1').waitFor();
      if (view.startsWith('release/')) await page.locator('.word').waitFor();
      await check(page, `${view} ${width}`);
      await picture(page, `operator-${view.replaceAll('/', '-')}-${width}`);
    }
  });
}

await withPage(base, 1024, async (page) => {
  await signIn(page, base, operatorToken);
  await page.getByRole('button', { name: 'Look at it' }).click();
  await page.getByRole('heading', { level: 1, name: /^What would leave: / }).waitFor();
  await page.locator('.word').waitFor();
  const sizes = await page.locator('.word button').evaluateAll((all) => all.map((each) => [each.offsetWidth, each.offsetHeight]));
  assert.deepEqual(sizes[0], sizes[1]);
  await page.locator('summary', { hasText: 'All counts' }).click();
  assert.ok((await page.locator('details tbody tr').count()) > given.cells);
  await page.getByRole('button', { name: 'Send these' }).click();
  await page.getByRole('alert').filter({ hasText: 'yes of a steward' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();

  await signIn(page, base, stewardToken);
  await page.getByRole('button', { name: 'Look at it' }).click();
  await page.getByRole('button', { name: 'Send these' }).click();
  await page.getByRole('status').filter({ hasText: /leaves with the next link|sent, with a receipt/ }).waitFor();
  await check(page, 'receipt');
  await picture(page, 'operator-receipt-1024');

  await page.locator('nav').getByRole('link', { name: 'Who did what' }).click();
  await page.locator('tbody tr').first().waitFor();
  assert.ok((await page.locator('tbody').innerText()).includes('Agreed to'));
  await check(page, 'audit');
  await picture(page, 'operator-audit-1024');
});

// A file of two rows, one of which can not be: taken in, given again, mended into the same as the other, and given again.
await withPage(base, 360, async (page) => {
  await signIn(page, base, operatorToken);
  await page.goto(`${base}#/import`);
  const content = '\ufeffName;Sex;Quarter\r\nकमला;woman;2026Q1\r\nकमला;Zanary;2026Q1\r\n';
  const give = (text) => page.getByLabel('CSV file, saved as').setInputFiles({ name: 'members.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await give(content);
  for (const [column, field] of [['Name', 'member.details.full_name'], ['Sex', 'member.gender'], ['Quarter', 'member.enrolment_quarter']]) {
    await page.getByLabel(column, { exact: true }).selectOption(field);
  }
  await page.getByRole('button', { name: 'Look for errors first' }).click();
  await page.getByRole('status').filter({ hasText: 'Looked through: 2 rows. Refused: 1. Nothing was taken in.' }).waitFor();
  await page.getByRole('button', { name: 'Take the rows in' }).click();
  await page.getByRole('status').filter({ hasText: 'Taken in: 1. There already: 0. Refused: 1.' }).waitFor();
  assert.deepEqual(await page.locator('tbody th, tbody td').evaluateAll((all) => all.slice(0, 2).map((each) => each.textContent)), ['3', 'Sex']);
  await check(page, 'import of a file');
  await picture(page, 'operator-import-done-360');
  await page.getByRole('button', { name: 'Take the rows in' }).click();
  await page.getByRole('status').filter({ hasText: 'Taken in: 0. There already: 1. Refused: 1.' }).waitFor();
  assert.equal(await page.getByLabel('Name of this file').inputValue(), 'members.csv');
  await give(content.replace('Zanary', 'woman'));
  await page.getByRole('button', { name: 'Take the rows in' }).click();
  await page.getByRole('status').filter({ hasText: 'Taken in: 1. There already: 1. Refused: 0.' }).waitFor();
  assert.ok(!(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]))).includes('Zanary'));
});

// The rooms, one after the other, as each role: first a steward makes a caseworker's token at the page.
const NAME = 'Kavita Testnama';
const STAYS = () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, document.title]);

/** A room; one about a member asks first for her number, which no address has. */
async function visit(page, view, name, id = '') {
  await page.goto(`${base}#/${view}`);
  if (id) {
    await page.getByLabel('Her number').fill(id);
    await page.keyboard.press('Enter');
    await page.getByLabel('Her number').waitFor({ state: 'detached' });
    assert.ok(!page.url().includes(id));
  }
  await page.locator('main h1').first().waitFor();
  await page.locator('main [role=status]', { hasText: 'Asking the node' }).first().waitFor({ state: 'detached' });
  await check(page, name);
  await picture(page, `operator-${name.replaceAll(/[ /]/g, '-')}`);
}

let caseworkerToken = '';
await withPage(base, 1024, async (page) => {
  await signIn(page, base, stewardToken);
  await page.locator('nav').getByRole('link', { name: 'People and access' }).click();
  const form = page.locator('form', { hasText: 'A new token' });
  await form.getByLabel('What it is for').fill('Not a slug');
  await form.getByRole('button', { name: 'Make the token' }).click();
  await page.getByRole('alert').filter({ hasText: 'token.title' }).waitFor();
  await form.getByLabel('What it is for').fill('browser_test');
  await page.keyboard.press('Enter');
  caseworkerToken = (await page.locator('section[role=status] code').innerText()).trim();
  assert.match(caseworkerToken, /^aangan-/);
  await check(page, 'a secret');
  await page.getByRole('button', { name: 'I have it' }).click();
  assert.ok(!(await page.locator('body').innerText()).includes(caseworkerToken));
  assert.ok(!(await page.evaluate(STAYS)).includes(caseworkerToken));
  await page.locator('th', { hasText: 'browser_test' }).first().waitFor();
});

for (const width of WIDTHS) {
  await withPage(base, width, async (page) => {
    await signIn(page, base, stewardToken);
    await page.locator('nav').waitFor();
    for (const view of ['waiting', 'permits', 'access', 'catalogue', 'roster', 'backups', 'settings']) await visit(page, view, `${view} ${width}`);
    await page.goto(`${base}#/roster`);
    await page.locator('tbody tr').nth(11).waitFor();
    assert.equal(await page.locator('tbody tr').count(), 12);
  });
}

let member = '';
await withPage(base, 1024, async (page) => {
  await signIn(page, base, caseworkerToken);
  await page.getByRole('alert').filter({ hasText: 'You are signed in as: caseworker.' }).waitFor();
  const made = await page.evaluate(
    async ([fullName, enrolmentQuarter]) => {
      const body = JSON.stringify({ member: { enrolmentQuarter, details: { fullName } } });
      const answer = await fetch('/aangan.node.v1.MemberService/CreateMember', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return answer.json();
    },
    [NAME, newest],
  );
  member = made.name.split('/')[1];
  // With the keyboard alone: the search, and the record that it finds.
  await page.goto(`${base}#/members`);
  await page.getByLabel('Her name').fill('kavita');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: NAME }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor();
  assert.equal(new URL(page.url()).hash, '#/record');
  const stays = await page.evaluate(STAYS);
  assert.ok(!/kavita/i.test(stays) && !stays.includes(member));
  // Back to the search, and from there to the record again.
  await page.goBack();
  await page.getByLabel('Her name').fill('kavita');
  await page.keyboard.press('Enter');
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

for (const width of WIDTHS) {
  await withPage(base, width, async (page) => {
    await signIn(page, base, caseworkerToken);
    await page.locator('nav').waitFor();
    // Between two rooms about her stands one that is not: she is forgotten there.
    for (const view of ['record', 'consent', 'erase']) {
      await visit(page, 'members', `members ${width}`);
      await page.getByLabel('Her name').waitFor();
      await visit(page, view, `${view} ${width}`, member);
    }
  });
  await withPage(base, width, async (page) => {
    await signIn(page, base, stewardToken);
    await page.locator('nav').waitFor();
    await visit(page, 'seal', `seal ${width}`, member);
  });
}

await withPage(base, 1024, async (page) => {
  await signIn(page, base, caseworkerToken);
  await page.locator('nav').waitFor();
  await visit(page, 'erase', 'erase', member);
  const sizes = await page.locator('.word button').evaluateAll((all) => all.map((each) => [each.offsetWidth, each.offsetHeight]));
  assert.deepEqual(sizes[0], sizes[1]);
  assert.equal(await page.getByRole('button', { name: 'Erase her record for good' }).isDisabled(), true);
  await page.getByLabel('I have read this.').check();
  await page.getByRole('button', { name: 'Erase her record for good' }).click();
  await page.getByText('Her record was erased').waitFor({ timeout: 120_000 });
  assert.ok(!(await page.locator('body').innerText()).includes(NAME));
  assert.ok(!page.url().includes(member));
  await check(page, 'receipt of an erasure');
  await picture(page, 'operator-receipt-of-an-erasure');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.controls').isVisible(), false);
  await picture(page, 'operator-receipt-of-an-erasure-print');
  await visit(page, 'members', 'members after an erasure');
  await page.getByLabel('Her name').waitFor();
  await visit(page, 'record', 'record of nobody', member);
  await page.getByRole('alert').filter({ hasText: 'There is nothing under this address.' }).waitFor();
});
