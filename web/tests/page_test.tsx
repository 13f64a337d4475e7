// SPDX-License-Identifier: Apache-2.0
// The federation's page over a transport in memory: what a reader sees first, and that every view has its figures in words.
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FederationData } from '../federation/data';
import { Page } from '../federation/page';
import { loadLanguage, type LanguageId } from '../shared/language';
import { link, parseRoute } from '../shared/route';
import { sampleTransport, type Session } from './sample';

async function open(hash: string, session: Session = { signedIn: true }, language: LanguageId = 'en') {
  location.hash = hash;
  const data = new FederationData(sampleTransport(session));
  await data.load();
  const chosen: LanguageId[] = [];
  render(<Page data={data} words={await loadLanguage(language)} choose={(id) => chosen.push(id)} />);
  return { data, chosen };
}

afterEach(cleanup);

const text = () => document.body.textContent ?? '';

describe('the page', () => {
  it('asks to sign in, and shows figures after it', async () => {
    const session = { signedIn: false };
    await open('#/overview', session);
    expect(screen.getByRole('heading', { name: 'Sign in' })).toBeTruthy();
    const asked = vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
      expect(JSON.parse(String(init?.body))).toEqual({ token: 'a-token' });
      session.signedIn = true;
      return new Response(null, { status: 204 });
    });
    fireEvent.input(screen.getByLabelText('Your token'), { target: { value: ' a-token ' } });
    fireEvent.submit(document.querySelector('form') as HTMLFormElement);
    await waitFor(() => expect(text()).toContain('11 of 12 collectives reported.'));
    expect(asked.mock.calls[0]?.[0]).toBe('/sign-in');
    asked.mockRestore();
  });

  it('says why a token is refused', async () => {
    await open('#/overview', { signedIn: false });
    const asked = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(null, { status: 401 }));
    fireEvent.input(screen.getByLabelText('Your token'), { target: { value: 'wrong' } });
    fireEvent.submit(document.querySelector('form') as HTMLFormElement);
    await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('not known here'));
    asked.mockRestore();
  });

  it('begins with coverage and state, then what changed, then the domains', async () => {
    await open('#/overview');
    expect(text()).toContain('11 of 12 collectives reported. Provisional: 8 of 10 confirmations are in.');
    expect(text()).toContain('Odisha first collective: did not report');
    expect(text()).toMatch(/What changed since January to March 2026/);
    expect(text()).toMatch(/Needs assessed: Livelihood, skills and employment[\d,]+, give or take 80/);
    expect(text()).toContain('Not the same collectives reported in both periods');
    expect(screen.getAllByRole('img').length).toBeGreaterThanOrEqual(10);
  });

  it('never shows a number without its margin', async () => {
    await open('#/overview');
    for (const value of document.querySelectorAll('.value-number')) expect(value.textContent).toMatch(/^[\d,]+, give or take [\d,]+$/);
    for (const value of document.querySelectorAll('.value-too_few')) expect(value.textContent).toBe('too few to say');
  });

  it('shows an indicator by its question, with its parts and its meaning', async () => {
    await open('#/indicator/new_members?by=gender');
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('How many survivors joined a collective?');
    expect([...document.querySelectorAll('figcaption h2')].map((each) => each.textContent).slice(1, 3)).toEqual(['By gender', 'By zone']);
    expect(text()).toContain('not reported');
    expect(text()).toContain('Not: others.');
  });

  it('shows states with their intervals, or kept private and whose yes is missing', async () => {
    await open('#/places');
    await waitFor(() => expect(document.querySelector('.states')?.textContent).toContain('Keralatoo few to say'));
    fireEvent.change(screen.getByLabelText('Figure'), { target: { value: 'new_members' } });
    const rows = await waitFor(() => {
      const found = [...document.querySelectorAll('.states .interval-rows li:not(.axis)')];
      expect(found.length).toBe(8);
      expect(found.map((row) => row.textContent).join()).not.toContain('too few');
      return new Map(found.map((row) => [row.querySelector('.row-name')?.textContent, row]));
    });
    expect(document.querySelectorAll('rect.tile').length).toBe(8 + 2);
    const said = (state: string) => [rows.get(state)?.querySelector('.row-value')?.textContent, rows.get(state)?.querySelector('small')?.textContent];
    // Nobody was asked in Assam; in Andhra Pradesh one has signed the catalogue that has the state.
    expect(said('Assam')).toEqual(['kept private', 'Whose yes is missing: Assam first collective and Assam second collective.']);
    expect(said('Andhra Pradesh')).toEqual(['kept private', 'Whose yes is missing: Andhra Pradesh second collective.']);
    expect(said('Kerala')).toEqual([expect.stringMatching(/^\d[\d,]*, give or take 80$/), undefined]);
    expect(rows.get('Kerala')?.querySelectorAll('circle.dot, line.interval').length).toBe(2);
    // A state with its yes is no zone.
    expect([...document.querySelectorAll('.chart:first-of-type .row-name')].map((each) => each.textContent).slice(0, 2)).toEqual(['South and West', 'East']);
  });

  it('says that the yes came later where nobody lacks it now', async () => {
    const session = { signedIn: true, signedSince: true };
    await open('#/places', session);
    await waitFor(() => expect(text()).toContain('Andhra Pradeshkept privateEvery collective there has said yes since.'));
  });

  it('says who did not report where that is known', async () => {
    await open('#/places?period=2025Q3');
    await waitFor(() => expect(text()).toContain('Keralanot reported by Kerala first collective'));
    cleanup();
    await open('#/indicator/new_members?by=gender');
    expect(document.querySelector('.multiples .value-not_reported')?.textContent).toBe('not reported');
  });

  it('claims nothing of figures that it still reads', async () => {
    location.hash = '#/places';
    const data = new FederationData(sampleTransport());
    const words = await loadLanguage('en');
    const loading = data.load();
    await waitFor(() => expect(data.ready).toBe(true));
    render(<Page data={data} words={words} choose={() => undefined} />);
    expect(document.querySelector('.states')).toBeNull();
    expect(document.querySelector('.value-not_collected')).toBeNull();
    expect(screen.getAllByRole('status')[0]?.textContent).toMatch(/^Reading/);
    await loading;
    await waitFor(() => expect(document.querySelector('.states')).not.toBeNull());
  });

  it('compares two periods and says where nothing is clear', async () => {
    await open('#/compare?figure=needs_met');
    expect(text()).toContain('What changed from January to March 2026 to April to June 2026?');
    expect(text()).toMatch(/Livelihood, skills and employment\+\d+, give or take 113/);
    expect(text()).toMatch(/Health careno clear change/);
  });

  it('shows a year with what is counted by year', async () => {
    await open('#/overview?period=2025');
    expect(text()).toContain('National figures, the year 2025');
    expect(text()).toMatch(/Members in all[\d,]+, give or take/);
    expect(text()).toContain('There is no earlier period to compare with yet.');
  });

  it('shows what each node sent last and when, and nothing else of it', async () => {
    await open('#/rounds');
    const table = screen.getByRole('region', { name: "What each collective's node sent last" });
    const rows = [...table.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent));
    expect(rows.length).toBe(12);
    expect(rows[0]).toEqual(['Andhra Pradesh first collective', 'contribution for April to June 2026', expect.stringContaining('10 Jul 2026')]);
    expect(rows[1]?.[1]).toBe('answer for April to June 2026');
    expect(rows[11]?.slice(1)).toEqual(['nothing yet', '–']);
  });

  it('counts the collectives of an older round by its own roster', async () => {
    await open('#/rounds');
    const round = screen.getByRole('region', { name: 'April to June 2025' });
    expect(round.textContent).toContain('Contributions: 9 of 9.');
    expect(within(round).getAllByRole('listitem').length).toBe(9);
    expect(screen.getByRole('region', { name: 'April to June 2026' }).textContent).toContain('of 12.');
  });

  it('goes on without a link once loaded', async () => {
    const session = { signedIn: true };
    await open('#/overview', session);
    session.signedIn = false;
    location.hash = '#/indicator/needs_met?period=2025Q3';
    await waitFor(() => expect(text()).toContain('How many members received what they needed in a domain?'));
    expect(document.querySelector('.sign-in')).toBeNull();
  });

  it('offers every language by its own name', async () => {
    const { chosen } = await open('#/overview');
    fireEvent.change(screen.getByLabelText('Language'), { target: { value: 'hi' } });
    expect(chosen).toEqual(['hi']);
  });
});

describe('addresses', () => {
  it('go there and back', () => {
    expect(link('indicator', 'needs_met', { period: '2026Q3', by: '' })).toBe('#/indicator/needs_met?period=2026Q3');
    const route = parseRoute('#/indicator/needs_met?period=2026Q3');
    expect([route.page, route.id, route.query.get('period')]).toEqual(['indicator', 'needs_met', '2026Q3']);
    expect(parseRoute('#/indicator/%')).toMatchObject({ page: 'indicator', id: '' });
    expect(parseRoute('')).toMatchObject({ page: '', id: '' });
  });
});
