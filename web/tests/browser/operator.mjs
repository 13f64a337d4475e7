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
    for (const view of ['home', `release/${newest}`, 'release', 'backups']) {
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
  assert.ok((await page.locator('tbody').innerText()).includes('approved'));
  await check(page, 'audit');
  await picture(page, 'operator-audit-1024');
});
