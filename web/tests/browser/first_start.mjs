// SPDX-License-Identifier: Apache-2.0
// Somebody who sets up a new node at its page: three ways and the way back, what was typed and what is wrong, and the first
// token.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { given, onEachScreen, send, withPage } from './browser.mjs';

const { node: base, code, tokenFile } = given;
const PASSPHRASE = 'five words that stay together';
const closed = { isClosed: true };

await withPage(
  base,
  1024,
  async (page) => {
    for (const view of ['start', 'start/new', 'start/restore', 'start/join']) {
      await page.goto(`${base}#/${view}`);
      await page.locator('main h1').waitFor();
      await onEachScreen(page, `operator ${view}`);
    }
  },
  closed,
);

await withPage(
  base,
  360,
  async (page) => {
    const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
    await page.goto(base);
    await heading('This node is new');
    await page.getByRole('button', { name: 'Restore a backup' }).click();
    await heading('Restore a backup');
    await page.getByLabel('Folder of the backup on this computer').fill('/media/disk/aangan');
    await page.getByLabel('Set-up code').fill(code);
    await page.reload();
    await heading('Restore a backup');
    assert.equal(await page.getByLabel('Folder of the backup on this computer').inputValue(), '/media/disk/aangan');
    assert.equal(await page.getByLabel('Set-up code').inputValue(), '');
    await page.goBack();
    await heading('This node is new');

    await page.getByRole('button', { name: 'New node' }).click();
    await heading('New node');
    const fill = async (typed) => {
      await page.getByLabel('Set-up code').fill(typed);
      await page.getByLabel('Passphrase', { exact: false }).first().fill(PASSPHRASE);
      await send(page.getByLabel('The same again'), PASSPHRASE);
    };
    await fill('aaaa-bbbb-cccc');
    await page.getByRole('alert').filter({ hasText: 'aangan setup-code' }).waitFor();
    await onEachScreen(page, 'operator start wrong code');
    await fill(code);
    await heading('Sign in');
    await page.getByText(tokenFile).waitFor();
    await page.getByRole('heading', { name: 'What comes next' }).waitFor();
    await onEachScreen(page, 'operator start done');
    const kept = await page.evaluate(() => JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage }) + document.documentElement.outerHTML);
    assert.ok(!kept.includes(PASSPHRASE) && !kept.includes(code));

    await send(page.getByLabel('Your token'), readFileSync(tokenFile, 'utf8').trim());
    await page.locator('.task').first().waitFor();
    await page.locator('.quiet-lines').getByText("nothing of the year's privacy budget used yet").waitFor();
    await onEachScreen(page, 'operator home of a new node');
    await page.getByRole('button', { name: 'Join a federation' }).click();
    await heading('Join a federation');
    await onEachScreen(page, 'operator join');
  },
  closed,
);
