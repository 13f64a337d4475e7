// SPDX-License-Identifier: Apache-2.0
// The operator's rooms over a transport in memory: what each says first, what its buttons do, whose it is, and that a name
// stays in the room where it was read.
import { create } from '@bufbuild/protobuf';
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CatalogueDecision } from '../generated/aangan/node/v1/governance_pb';
import { ConsentDecision, ConsentPurpose, ConsentSchema } from '../generated/aangan/node/v1/members_pb';
import { PermitSchema, PermitState } from '../generated/aangan/node/v1/permits_pb';
import { NodeData } from '../operator/data';
import { chooseMember } from '../operator/of_member';
import { Page } from '../operator/page';
import { ROOMS } from '../operator/rooms';
import { loadLanguage } from '../shared/language';
import { newSession, nodeTransport, type NodeSession } from './sample_node';
import { FULL_NAME, SEALED, UNSEAL } from './sample_rooms';

async function open(hash: string, changes: Partial<NodeSession> = {}) {
  location.hash = hash;
  chooseMember('m1');
  const session = { ...newSession(), ...changes };
  const data = new NodeData(nodeTransport(session));
  await data.load();
  render(<Page data={data} words={await loadLanguage('en')} choose={() => undefined} />);
  return session;
}

// A busy machine is slow; what is waited for is a condition.
configure({ asyncUtilTimeout: 20_000 });

beforeEach(() => localStorage.clear());
afterEach(cleanup);

/** Somebody else says yes meanwhile. */
function sayYes(session: NodeSession) {
  if (session.permit) session.permit.state = PermitState.APPROVED;
}

const text = () => document.body.textContent ?? '';
const says = (words: string | RegExp) => waitFor(() => expect(text()).toMatch(words));
const click = async (name: string) => fireEvent.click(await screen.findByRole('button', { name }));
const write = async (label: string | RegExp, value: string) => fireEvent.input(await screen.findByLabelText(label, { selector: 'input, textarea' }), { target: { value } });
const choose = async (label: string, value: string) => fireEvent.change(await screen.findByLabelText(label), { target: { value } });
/** What a browser does with a link; happy-dom goes there without saying that the address changed. */
const follow = (to: HTMLElement) => {
  to.addEventListener('click', (event) => event.preventDefault(), { once: true });
  fireEvent.click(to);
  location.hash = to.getAttribute('href') ?? '';
};
const send = (button: string) => fireEvent.submit(screen.getByRole('button', { name: button }).closest('form') as HTMLFormElement);

describe('members', () => {
  it('are found by name, and the name is in no address and no storage', async () => {
    await open('#/members', { role: 'caseworker' });
    await write('Her name', 'asha');
    send('Search');
    const found = await screen.findByRole('link', { name: FULL_NAME });
    expect(found.getAttribute('href')).toBe('#/record');
    follow(found);
    await waitFor(() => expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(FULL_NAME));
    expect(location.href).not.toMatch(/asha|m1/i);
    expect(document.title).not.toMatch(/asha|m1/i);
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toMatch(/asha|m1/i);
    location.hash = '#/members';
    await says('Search by name.');
    expect(text()).not.toContain(FULL_NAME);
    expect((screen.getByLabelText('Her name') as HTMLInputElement).value).toBe('');
  });

  it('are in no address in any room about them, and are forgotten when these are left', async () => {
    await open('#/record', { role: 'caseworker' });
    for (const room of ['Give or take back a consent', 'Her record', 'Erase her record']) {
      follow(await screen.findByRole('link', { name: room }));
      expect(location.hash).toMatch(/^#\/[a-z]+$/);
    }
    await says(`Everything that this node knows of ${FULL_NAME}`);
    location.hash = '#/members';
    await says('Search by name.');
    location.hash = '#/record';
    await says('Find her by her name under “Members”');
    expect(text()).not.toContain(FULL_NAME);
    await write('Her number', 'members/m1');
    send('Open');
    await waitFor(() => expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(FULL_NAME));
    expect(location.hash).toBe('#/record');
  });

  it('say in words when nobody is found, and what the node asks of a search', async () => {
    await open('#/members', { role: 'caseworker' });
    await write('Her name', 'zz');
    send('Search');
    await says('Nobody here has a name like this.');
    await write('Her name', 'z');
    send('Search');
    await says('query: must have at least two letters');
  });

  it('show consents, who opened last, and services by domain in the order of their days', async () => {
    await open('#/record', { role: 'caseworker' });
    await says('She joined in October to December 2025. One service is recorded.');
    const consents = screen.getByRole('region', { name: 'What she agreed to' });
    expect(within(consents).getByText('Keep a record of her').closest('tr')?.textContent).toContain('yes1 November 2025');
    expect(within(consents).getByText('Take part in research').closest('tr')?.textContent).toContain('not asked yet');
    expect(text()).toMatch(/Last opened or changed 3 Jul.* 2026/);
    expect(screen.getByRole('heading', { level: 3 }).textContent).toBe('Livelihood, skills and employment');
    expect([...document.querySelectorAll('.timeline li')].map((each) => each.textContent)).toEqual([
      '5 January 2026Needs found',
      '1 February 2026Received what they needed',
      '30 May 2026Completed a service',
      '1 June 2026Gave a score (4/5)',
    ]);
    expect(text()).toContain('2 records about health, mental health or legal aid are not open to you.');
  });

  it('say from when on a consent holds no more', async () => {
    const given = { purpose: ConsentPurpose.KEEP_RECORD, decision: ConsentDecision.GIVEN, decisionDate: { year: 2025, month: 1, day: 5 } };
    const until = (year: number) => create(ConsentSchema, { ...given, untilDate: { year, month: 2, day: 28 } });
    await open('#/record', { role: 'caseworker', consents: [until(2026)] });
    await says('ran out on 28 February 2026');
    cleanup();
    await open('#/record', { role: 'caseworker', consents: [until(2126)] });
    await says('yes5 January 202528 February 2126');
    expect(text()).not.toContain('ran out on');
  });

  it('are for caseworkers, who are told whose the other rooms are', async () => {
    await open('#/record', { role: 'steward' });
    await says('This is for: caseworker. You are signed in as: steward.');
    cleanup();
    await open('#/home', { role: 'caseworker' });
    await says('This is for: operator, steward and auditor. You are signed in as: caseworker.');
    expect(screen.getByRole('link', { name: 'Members' }).getAttribute('href')).toBe('#/members');
  });
});

describe('a consent', () => {
  it('is given with the words of the notice, and taken back without', async () => {
    const session = await open('#/consent', { role: 'caseworker' });
    await says('We count you among others.');
    await choose('Notice', 'notices/be_counted-1-hi');
    await says('हम आपको गिनते हैं।');
    await click('She agrees');
    await waitFor(() => expect(location.hash).toBe('#/record'));
    expect(session.consents.at(-1)).toMatchObject({ purpose: ConsentPurpose.BE_COUNTED, decision: ConsentDecision.GIVEN, noticeVersion: '1', language: 'hi' });
    location.hash = '#/consent';
    await click('She takes it back');
    await waitFor(() => expect(session.consents.at(-1)).toMatchObject({ decision: ConsentDecision.WITHDRAWN, noticeVersion: '' }));
  });

  it('begins with the notice that was added last', async () => {
    await open('#/consent', { role: 'caseworker' });
    await choose('What for', String(ConsentPurpose.BE_CONTACTED));
    await says('We call you, newer.');
    expect(text()).not.toContain('We call you, older.');
  });

  it('names the field and the fix where the node holds no notice and none is named', async () => {
    const session = await open('#/consent', { role: 'caseworker' });
    await choose('What for', String(ConsentPurpose.RESEARCH));
    await says('This node holds no notice for this yet.');
    await click('She agrees');
    await says('consent.notice_version: must be given where consent is given');
    expect(session.consents.length).toBe(1);
  });
});

describe('erasing', () => {
  it('says what goes and stays, asks, erases, and hands out the receipt', async () => {
    const session = await open('#/erase', { role: 'caseworker' });
    await says(`Everything that this node knows of ${FULL_NAME} goes for good.`);
    expect(text()).toContain('Counts that have left: they name nobody, and do not change.');
    expect(text()).toMatch(/red_stick.*may still be there/);
    const yes = await screen.findByRole('button', { name: 'Erase her record for good' });
    expect((yes as HTMLButtonElement).disabled).toBe(true);
    fireEvent.click(screen.getByRole('checkbox'));
    fireEvent.click(yes);
    await waitFor(() => expect(location.hash).toBe('#/receipt'));
    expect(session.erased).toBe(true);
    await says(/Her record was erased: her key was destroyed 4 Jul.* 2026/);
    expect(text()).toContain('abcd');
    expect(text()).not.toContain(FULL_NAME);
    expect(screen.getByRole('button', { name: 'Print' })).toBeTruthy();
  });

  it('does nothing when her record changed meanwhile', async () => {
    const session = await open('#/erase', { role: 'caseworker' });
    fireEvent.click(await screen.findByRole('checkbox'));
    session.etag = '2';
    await click('Erase her record for good');
    await says('This was changed while you were looking. Nothing was done.');
    expect(session.erased).toBe(false);
  });

  it('says that there is no receipt of somebody who was not erased', async () => {
    await open('#/receipt', { role: 'caseworker' });
    await says('There is no receipt yet.');
  });
});

describe('what waits', () => {
  it('seals with a day and a duty', async () => {
    const session = await open('#/seal');
    await click('Seal her record');
    await says('until_date: must be today or later');
    await write('Keep until', '2030-01-31');
    await choose('Which duty', '2');
    await click('Seal her record');
    await waitFor(() => expect(location.hash).toBe('#/waiting'));
    expect(session.sealed).toMatchObject(SEALED);
    await says('31 January 2030');
  });

  it('keeps the reason of a seal when its time is made longer', async () => {
    const session = await open('#/seal', { sealed: SEALED });
    await says('She is sealed until 31 January 2030.');
    await write('Keep until', '2032-01-31');
    await click('Seal her record');
    await waitFor(() => expect(session.sealed).toMatchObject({ untilDate: { year: 2032 }, reason: SEALED.reason }));
  });

  it('shows a late complaint with its clock, and takes the answer', async () => {
    const session = await open('#/waiting');
    await says(/The answer is [\d,]+ days late\. Filed 3 Jul/);
    await write('Your answer', 'We are sorry. Priya calls tomorrow.');
    send('Send the answer');
    await says('No complaint waits for an answer.');
    expect(session.answered).toBe('We are sorry. Priya calls tomorrow.');
  });

  it('shows who is due by the rule and leaves out what the role may not read', async () => {
    await open('#/waiting', { role: 'caseworker' });
    await says('her consent ends soon: ask her again');
    expect(text()).toContain('A record is erased 5 years after the last entry.');
    expect(text()).toContain('It is erased 30 days after she takes back her consent to it or it runs out.');
    expect(text()).toContain('This is for: steward. You are signed in as: caseworker.');
  });

  it("unseals with a second person's yes alone", async () => {
    const session = await open('#/waiting', { sealed: SEALED });
    await click('Unseal');
    await click('Unseal');
    await says("This needs a second person's yes.");
    await click('Ask for a second yes');
    await says('Asked. A steward or auditor other than you');
    expect(session.permit).toMatchObject({ ...UNSEAL, state: PermitState.ASKED });
    expect(session.sealed).toBeDefined();
    sayYes(session);
    await click('Unseal');
    await click('Unseal');
    await says('Nobody is sealed.');
  });
});

describe('a second yes', () => {
  const asked = (askedBy: string) => create(PermitSchema, { ...UNSEAL, name: 'permits/p1', state: PermitState.ASKED, askedBy });

  it('shows who asks for what, and is given once', async () => {
    const session = await open('#/permits', { permit: asked('tokens/other') });
    await says('One person waits for a second yes.');
    expect(text()).toMatch(/Open what was sealed.*members\/m1.*tokens\/other/);
    await click('Say yes');
    await click('Say yes');
    await says('Nobody waits for a second yes.');
    expect(session.permit?.state).toBe(PermitState.APPROVED);
  });

  it('is never one\'s own', async () => {
    const session = await open('#/permits', { permit: asked('tokens/own') });
    await click('Say yes');
    await click('Say yes');
    await says('You asked for this yourself.');
    expect(session.permit?.state).toBe(PermitState.ASKED);
  });
});

describe('people and access', () => {
  it('shows a new secret once', async () => {
    await open('#/access');
    await says('2 tokens open this node.');
    await write(/^What it is for/, 'field_phone');
    send('Make the token');
    await says('aangan-made-once');
    await click('I have it');
    await waitFor(() => expect(text()).not.toContain('aangan-made-once'));
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain('aangan-made-once');
  });

  it('names the field at fault, and asks for a second yes where one is needed', async () => {
    await open('#/access');
    await write(/^What it is for/, 'Asha');
    send('Make the token');
    await says('token.title: must be a slug');
    await write(/^What it is for/, 'second_steward');
    fireEvent.change(screen.getAllByLabelText('Role')[0] as HTMLElement, { target: { value: '4' } });
    send('Make the token');
    await says("This needs a second person's yes.");
  });

  it('ends a token only after saying what that means', async () => {
    const session = await open('#/access');
    await says('office_laptop');
    const row = screen.getByText('office_laptop', { selector: 'th' }).closest('tr') as HTMLElement;
    fireEvent.click(within(row).getByRole('button', { name: 'End it' }));
    expect(row.textContent).toContain('This can not be taken back.');
    fireEvent.click(within(row).getByRole('button', { name: 'Leave it as it is' }));
    expect(session.ended).toBe(false);
    fireEvent.click(within(row).getByRole('button', { name: 'End it' }));
    fireEvent.click(within(row).getByRole('button', { name: 'End it' }));
    await says('One token opens this node.');
  });

  it('shows a glass that was broken until a steward has looked', async () => {
    const session = await open('#/access');
    await says('She or somebody near her was threatened');
    await click('I have looked at it');
    await says(/A steward looked at it 4 Jul.* 2026/);
    expect(session.acknowledged).toBe(true);
  });
});

describe('the collective\'s word', () => {
  it('is given to a catalogue after what it asks and costs', async () => {
    const session = await open('#/catalogue');
    await says('One catalogue waits for your word.');
    await says('A quarter takes 20 % of what four quarters together may cost in privacy, for 120 counts.');
    expect(text()).toContain('How many survivors joined a collective?');
    await click('Accept this catalogue');
    await says('No catalogue waits for your word.');
    expect(session.decision).toBe(CatalogueDecision.ACCEPTED);
    expect(screen.queryByRole('button', { name: 'Refuse this catalogue' })).toBeNull();
  });

  it('can be a yes after a no until the first period begins, and not later', async () => {
    await open('#/catalogue');
    await says('You can still accept it before its first period begins on 1 July 2125.');
    cleanup();
    await open('#/catalogue', { firstPeriod: '2026Q1' });
    await says('It can not be accepted any more, because its first period began on 1 January 2026.');
  });

  it('is not an operator\'s', async () => {
    const session = await open('#/catalogue', { role: 'operator' });
    await click('Accept this catalogue');
    await says('This is for: steward. You are signed in as: operator.');
    expect(session.decision).toBe(CatalogueDecision.UNSPECIFIED);
  });

  it('is a signature under the roster, once the phrases are seen', async () => {
    const session = await open('#/roster');
    await says('river lamp stone');
    expect(text()).toContain("This list waits for your collective's signature.");
    await click('Sign this list');
    await says('Your collective has signed this list.');
    expect(session.rosterSigned).toBe(true);
  });
});

describe('backups', () => {
  it('begin in a folder, and say what is wrong with one', async () => {
    const session = await open('#/backups', { role: 'operator' });
    await says(/The last good backup is of 20 Jun.* 2026/);
    expect(text()).toContain('open this page on the new computer before anything is made there, and choose “Restore a backup”');
    expect(text()).toMatch(/by a command there, before a node runs.*aangan restore --from/);
    const form = within(screen.getByRole('heading', { name: 'Make a backup' }).closest('form') as HTMLElement);
    fireEvent.input(form.getByLabelText("Folder on the node's computer"), { target: { value: 'aangan' } });
    send('Begin the backup');
    await says('folder: must be an absolute path outside the data folder');
    fireEvent.input(form.getByLabelText("Folder on the node's computer"), { target: { value: '/media/disk/aangan' } });
    send('Begin the backup');
    await waitFor(() => expect(session.backedUp).toEqual(['/media/disk/aangan']));
  });
});

describe('settings', () => {
  it('say where they are, and change the rule of keeping with a second yes', async () => {
    const session = await open('#/settings');
    await says('aangan config show node --origin');
    await says('A record is erased 5 years after the last entry.');
    await write('Years after the last entry', '3');
    send('Change the rule');
    await click('Ask for a second yes');
    await says('Asked.');
    sayYes(session);
    send('Change the rule');
    await says('A record is erased 3 years after the last entry.');
  });
});

it('every room says something to every role', async () => {
  for (const role of ['caseworker', 'operator', 'steward', 'auditor'] as const) {
    for (const room of ROOMS) {
      await open(`#/${room.page}`, { role });
      await waitFor(() => expect(screen.getByRole('heading', { level: 1 }).textContent, `${room.page} ${role}`).not.toBe(''));
      await waitFor(() => expect(screen.queryAllByText('Asking the node …').length, `${room.page} ${role}`).toBe(0));
      cleanup();
    }
  }
});
