// SPDX-License-Identifier: Apache-2.0
// The operator's page over a transport in memory: what needs her, what would leave, and that nothing leaves unseen.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CatalogueDecision } from '../generated/aangan/node/v1/governance_pb';
import { Attention } from '../generated/aangan/node/v1/operator_pb';
import { ReleaseStage } from '../generated/aangan/node/v1/releases_pb';
import messages from '../messages/en.json';
import { NodeData } from '../operator/data';
import { today } from '../operator/dates';
import { Page } from '../operator/page';
import { ROOMS } from '../operator/rooms';
import { loadLanguage } from '../shared/language';
import { parseRoute } from '../shared/route';
import { newSession, nodeTransport, type NodeSession } from './sample_node';

async function open(hash: string, session: NodeSession = newSession()) {
  location.hash = hash;
  const data = new NodeData(nodeTransport(session));
  await data.load();
  render(<Page data={data} words={await loadLanguage('en')} choose={() => undefined} />);
  return session;
}

afterEach(cleanup);

const text = () => document.body.textContent ?? '';
const search = (member: string) => {
  fireEvent.input(screen.getByLabelText('One member only'), { target: { value: member } });
  fireEvent.submit(document.querySelector('form') as HTMLFormElement);
};
const click = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

/** Every value that a node can send. */
const ATTENTIONS = Object.values(Attention).filter((each): each is Attention => typeof each === 'number' && each !== Attention.UNSPECIFIED);

describe('home', () => {
  it('says in one sentence how it is, and one next step for each thing', async () => {
    const session = await open('#/home');
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('3 things need you.');
    expect(text()).toContain('Without your yes nothing leaves.');
    expect(screen.getByRole('button', { name: 'Look at it' }).getAttribute('href')).toBe('#/release/2026Q2');
    expect(screen.getByRole('button', { name: 'Backups' }).getAttribute('href')).toBe('#/backups');
    expect(text()).toMatch(/Disk61 GB freeok/);
    expect(text()).toMatch(/Backuplast good one 20 Jun.*look at this/);
    click('Talk to the federation now');
    await waitFor(() => expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('2 things need you.'));
    expect(session.synced).toBe(1);
  });

  it('is calm when nothing is the matter', async () => {
    await open('#/home', { ...newSession(), attentions: [] });
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('All is well.');
  });

  it('has words for every attention that a node knows', () => {
    expect(ATTENTIONS.filter((each) => !(`op.attention_${each}` in messages))).toEqual([]);
  });
});

describe('the next step', () => {
  const folder = join(dirname(fileURLToPath(import.meta.url)), '../../client/command');
  const sources = readdirSync(folder).filter((name) => name.endsWith('.cc')).map((name) => readFileSync(join(folder, name), 'utf8'));
  const verbs = new Set([...sources.join('\n').matchAll(/AddCommand\(\s*\*?\w+,\s*"([\w-]+)"/g)].map((match) => match[1]));
  const rooms = ROOMS.map((each) => each.page);

  async function stepsOf(attention: Attention, changes: Partial<NodeSession> = {}) {
    await open('#/home', { ...newSession(), attentions: [attention], ...changes });
    const task = document.querySelector('.task') as HTMLElement;
    return {
      said: task.textContent ?? '',
      ways: [...task.querySelectorAll('a')].map((each) => parseRoute(each.getAttribute('href') ?? '').page),
      buttons: [...task.querySelectorAll('button')].map((each) => each.textContent),
      commands: [...task.querySelectorAll('code')].map((each) => each.textContent ?? ''),
    };
  }

  it.each(ATTENTIONS.map((each) => [Attention[each], each] as const))('of %s is a room, a button or a command that there is', async (_, attention) => {
    const { ways, buttons, commands } = await stepsOf(attention, { stage: ReleaseStage.ANNOUNCED });
    expect(ways.length + buttons.length + commands.length).toBeGreaterThan(0);
    expect(ways.filter((each) => !rooms.includes(each))).toEqual([]);
    // What is said of an attention without its own step.
    if (attention !== Attention.ALARM) expect(commands).not.toContain('aangan status');
    for (const [program, ...rest] of commands.map((each) => each.split(' '))) {
      expect(['aangan', 'journalctl', 'timedatectl']).toContain(program);
      const named = rest.slice(0, [...rest, '-'].findIndex((each) => each.startsWith('-')));
      if (program === 'aangan') expect(named.length > 0 && named.every((each) => verbs.has(each)), rest.join(' ')).toBe(true);
    }
  });

  it('of one that only a newer node knows is the command that knows it', async () => {
    const { said, commands } = await stepsOf(9999 as Attention);
    expect(said).toContain('that this page has no words for');
    expect(commands).toEqual(['aangan status']);
  });

  it('of a release or a quarter that this page has not read is the room of all', async () => {
    expect((await stepsOf(Attention.APPROVE_RELEASE, { stage: ReleaseStage.SENT })).ways).toEqual(['release']);
    cleanup();
    expect((await stepsOf(Attention.CLOSE_QUARTER)).ways).toEqual(['release']);
    cleanup();
    expect((await stepsOf(Attention.CLOSE_QUARTER, { stage: ReleaseStage.ANNOUNCED })).buttons).toEqual(['Close the quarter: April to June 2026']);
  });

  it('of a certificate is to talk while it is good, and new keys once it has ended', async () => {
    const good = await stepsOf(Attention.CERTIFICATE, { status: { certificateDaysLeft: 12 } });
    expect([good.buttons, good.commands]).toEqual([['Talk to the federation now'], []]);
    cleanup();
    const ended = await stepsOf(Attention.CERTIFICATE, { status: { certificateDaysLeft: 0 } });
    expect([ended.buttons, ended.commands]).toEqual([[], [expect.stringMatching(/^aangan change-keys /)]]);
    expect(ended.said).toContain("Ask the federation's staff by telephone for a token for new keys.");
  });

  it('of a restore is to confirm its day, and then to wait', async () => {
    expect((await stepsOf(Attention.RESTORED)).commands).toEqual(['aangan restore-day']);
    cleanup();
    const confirmed = await stepsOf(Attention.RESTORED, { status: { restoreConfirmed: true } });
    expect(confirmed.commands).toEqual([]);
    expect(confirmed.said).toContain('You need do nothing; the node goes on with the next quarter.');
  });

  it('of the parts of the key is to make them, and later to try them', async () => {
    expect((await stepsOf(Attention.RECOVERY)).commands).toEqual(['aangan recovery split']);
    cleanup();
    const made = { recoveryDealTime: timestampFromDate(new Date('2025-01-05T10:00:00Z')) };
    expect((await stepsOf(Attention.RECOVERY, { status: made })).commands).toEqual(['aangan recovery rehearse']);
  });

  it('of two clocks says what each of them said', async () => {
    const status = {
      ownClockTime: timestampFromDate(new Date('2026-07-04T09:00:00Z')),
      federationClockTime: timestampFromDate(new Date('2026-07-04T12:00:00Z')),
    };
    expect((await stepsOf(Attention.CLOCK, { status })).said).toMatch(/This computer said 4 Jul.* 2026, 2:30.*, the federation 4 Jul.* 2026, 5:30/);
    cleanup();
    expect((await stepsOf(Attention.CLOCK)).said).not.toContain('This computer said');
  });
});

describe('the ledger', () => {
  const accepted = { decision: CatalogueDecision.ACCEPTED, firstPeriod: '2026Q1', inForce: true };
  const left = (budgetLeftNanoRho: bigint) => ({ status: { budgetLeftNanoRho } });
  const none = "nothing of the year's privacy budget used yet";
  const used = (percent: number) => `${percent} % of the year's privacy budget used`;
  // The cap is 4,87,12,000; the catalogue is valid up to the end of 2026.
  const cases: [name: string, day: string, changes: Partial<NodeSession>, said: string, look: string][] = [
    ['tells how much is used', '2026-07-04', { ...accepted, ...left(9_742_400n) }, used(80), 'ok'],
    ['tells of the last quarter of the year before', '2027-01-05', { ...accepted, ...left(9_742_400n) }, used(80), 'ok'],
    ['rounds up', '2026-07-04', { ...accepted, ...left(48_711_999n) }, used(1), 'ok'],
    ['wants a look when it holds up a round', '2026-07-04', { ...accepted, ...left(0n), attentions: [Attention.BUDGET] }, used(100), 'look at this'],
    ['wants a look when the store is damaged', '2026-07-04', { ...accepted, ...left(9_742_400n), attentions: [Attention.DAMAGED] }, used(80), 'look at this'],
    ['has spent nothing of a whole budget', '2026-07-04', { ...accepted, ...left(48_712_000n) }, none, 'ok'],
    ['has spent nothing before the first quarter', '2026-07-04', { ...accepted, firstPeriod: '2026Q3' }, none, 'ok'],
    ['has spent nothing under a catalogue that ran out', '2027-04-01', accepted, none, 'ok'],
    ['has spent nothing under a catalogue that is not in force', '2026-07-04', { ...accepted, inForce: false }, none, 'ok'],
    ['has spent nothing under a catalogue that was refused', '2026-07-04', { ...accepted, decision: CatalogueDecision.REFUSED }, none, 'ok'],
  ];

  it.each(cases)('%s', async (_, day, changes, said, look) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      vi.setSystemTime(`${day}T10:00:00Z`);
      await open('#/home', { ...newSession(), attentions: [], ...changes });
      await waitFor(() => expect(document.querySelector('.quiet-lines')?.lastElementChild?.textContent).toBe(`Ledger${said}${look}`));
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a release', () => {
  it('shows what stays, what leaves, and first where one could recognise herself', async () => {
    await open('#/release/2026Q2');
    await waitFor(() => expect(text()).toContain('Needs found: Housing'));
    const first = document.querySelector('tbody tr');
    expect([...(first?.children ?? [])].map((each) => each.textContent)).toEqual(['Needs found: Housing', '2', '−3', '−7', '20']);
    expect(text()).toContain("After this the year's privacy budget is enough for 2 more rounds of this kind.");
    expect(text()).toContain('Last day: 30 July 2026.');
  });

  it('leaves with a steward\'s yes alone', async () => {
    const session = await open('#/release/2026Q2', { ...newSession(), role: 'operator' });
    await waitFor(() => screen.getByRole('button', { name: 'Send these' }));
    click('Send these');
    await waitFor(() => expect(text()).toContain('This needs the yes of a steward.'));
    expect(session.stage).toBe(ReleaseStage.PROPOSED);
    session.role = 'steward';
    click('Send these');
    await waitFor(() => expect(text()).toContain('your yes is kept'));
    expect(session.stage).toBe(ReleaseStage.APPROVED);
  });

  it('asks to look again when the counts changed meanwhile', async () => {
    const session = await open('#/release/2026Q2');
    await waitFor(() => screen.getByRole('button', { name: 'Send these' }));
    session.proposal = 2;
    click('Send these');
    await waitFor(() => expect(text()).toContain('The counts changed while you were looking.'));
    expect(session.stage).toBe(ReleaseStage.PROPOSED);
    click('Send these');
    await waitFor(() => expect(session.stage).toBe(ReleaseStage.APPROVED));
  });

  it('can be refused', async () => {
    const session = await open('#/release/2026Q2');
    await waitFor(() => screen.getByRole('button', { name: "Don't send this quarter" }));
    click("Don't send this quarter");
    await waitFor(() => expect(text()).toContain('you said no, nothing left'));
    expect(session.stage).toBe(ReleaseStage.REFUSED);
  });
});

describe('lists', () => {
  it('show backups with their state', async () => {
    await open('#/backups');
    expect([...document.querySelectorAll('tbody td')].map((each) => each.textContent)).toEqual(['failed: disk full', 'good, read again']);
  });

  it('search the audit log', async () => {
    await open('#/audit');
    await waitFor(() => expect(document.querySelectorAll('tbody tr').length).toBe(3));
    expect(text()).toContain('Opened in an emergency');
    click('Older entries');
    await waitFor(() => expect(document.querySelectorAll('tbody tr').length).toBe(5));
    search('members/m2');
    await waitFor(() => expect(document.querySelectorAll('tbody tr').length).toBe(1));
    fireEvent.input(screen.getByLabelText('One member only'), { target: { value: 'members/m1' } });
    click('Older entries');
    await waitFor(() => expect(document.querySelectorAll('tbody tr').length).toBe(2));
    expect([...document.querySelectorAll('tbody tr')].map((each) => each.lastElementChild?.textContent)).toEqual(['members/m2', 'members/m2']);
  });

  it('show nothing of the search before when one fails', async () => {
    const session = await open('#/audit');
    await waitFor(() => expect(document.querySelectorAll('tbody tr').length).toBe(3));
    session.role = 'caseworker';
    search('members/m2');
    await screen.findByRole('alert');
    expect(document.querySelectorAll('tbody tr').length).toBe(0);
    expect(screen.queryByRole('button', { name: 'Older entries' })).toBeNull();
  });
});

describe('today', () => {
  it('is the day in India, as a field for days takes it, wherever the browser is from', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      vi.setSystemTime('2026-12-31T18:29:59Z');
      expect(today()).toBe('2026-12-31');
      vi.setSystemTime('2026-12-31T18:30:00Z');
      expect(today()).toBe('2027-01-01');
    } finally {
      vi.useRealTimers();
    }
  });
});
