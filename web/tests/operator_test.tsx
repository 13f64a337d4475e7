// SPDX-License-Identifier: Apache-2.0
// The operator's page over a transport in memory: what needs her, what would leave, and that nothing leaves unseen.
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Attention } from '../generated/aangan/node/v1/operator_pb';
import { ReleaseStage } from '../generated/aangan/node/v1/releases_pb';
import messages from '../messages/en.json';
import { NodeData } from '../operator/data';
import { today } from '../operator/dates';
import { Page } from '../operator/page';
import { loadLanguage } from '../shared/language';
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
    const known = Object.values(Attention).filter((each) => typeof each === 'number' && each !== Attention.UNSPECIFIED);
    expect(known.filter((each) => !(`op.attention_${each}` in messages))).toEqual([]);
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
