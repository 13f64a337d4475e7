// SPDX-License-Identifier: Apache-2.0
// What both pages do when a call fails or its answer is lost: no secret, no word and no figure is mistaken for another.
import { Code, ConnectError, createRouterTransport, type ConnectRouter, type Interceptor } from '@connectrpc/connect';
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FederationData } from '../federation/data';
import { Page as FederationPage } from '../federation/page';
import { ReleaseState, type ListFiguresResponse, type ListNationalReleasesResponse } from '../generated/aangan/federation/v1/figures_pb';
import { Attention } from '../generated/aangan/node/v1/operator_pb';
import { ReleaseStage } from '../generated/aangan/node/v1/releases_pb';
import { NodeData } from '../operator/data';
import { Page as NodePage } from '../operator/page';
import { loadLanguage } from '../shared/language';
import { sampleRoutes } from './sample';
import { newSession, nodeRoutes, type NodeSession } from './sample_node';
import { refusal } from './sample_rooms';

configure({ asyncUtilTimeout: 20_000 });
afterEach(cleanup);

const LOST = () => new ConnectError('no answer', Code.Unavailable);
type Instead = (next: () => Promise<unknown>) => unknown;

/** Calls by their name, and what happens in place of the one that is named. */
class Line {
  readonly instead = new Map<string, Instead>();
  readonly calls = new Map<string, number>();

  transport(routes: (router: ConnectRouter) => void) {
    const between: Interceptor = (next) => async (request) => {
      const { name } = request.method;
      this.calls.set(name, this.count(name) + 1);
      const response = next.bind(undefined, request);
      const instead = this.instead.get(name);
      return instead ? ((await instead(response)) as Awaited<ReturnType<typeof next>>) : response();
    };
    return createRouterTransport(routes, { transport: { interceptors: [between] } });
  }

  count(name: string): number {
    return this.calls.get(name) ?? 0;
  }

  /** The call is done or not, and then `error` is all that comes back. */
  lose(name: string, error: ConnectError = LOST(), isDone = false): void {
    this.instead.set(name, async (next) => {
      if (isDone) await next();
      throw error;
    });
  }
}

async function openNode(hash: string, changes: Partial<NodeSession> = {}) {
  location.hash = hash;
  const session = { ...newSession(), ...changes };
  const line = new Line();
  const data = new NodeData(line.transport((router) => nodeRoutes(router, session)));
  await data.load();
  const page = document.createElement('div');
  page.id = 'page';
  document.body.append(page);
  render(<NodePage data={data} words={await loadLanguage('en')} choose={() => undefined} />, { container: page });
  return { session, line, data };
}

async function openFederation(line = new Line()) {
  location.hash = '#/overview';
  const data = new FederationData(line.transport((router) => sampleRoutes(router, { signedIn: true })));
  await data.load();
  render(<FederationPage data={data} words={await loadLanguage('en')} choose={() => undefined} />);
  return { data, line };
}

const text = () => document.body.textContent ?? '';
const says = (words: string | RegExp) => waitFor(() => expect(text()).toMatch(words));
const click = async (name: string) => fireEvent.click(await screen.findByRole('button', { name }));

describe('a new secret', () => {
  async function rotate(title: string) {
    const row = (await screen.findByText(title, { selector: 'th' })).closest('tr') as HTMLElement;
    fireEvent.click(within(row).getByRole('button', { name: 'New secret' }));
    fireEvent.click(within(row).getByRole('button', { name: 'New secret' }));
    await says('aangan-made-anew');
  }

  it('of her own token stays on the screen when the old one is refused, until she has it', async () => {
    const { data, session } = await openNode('#/access');
    await rotate('steward_asha');
    expect(session.signedIn).toBe(false);
    expect(text()).toContain('sign in again with this new secret');
    await data.load();
    await screen.findByRole('heading', { name: 'Sign in' });
    expect(text()).toContain('aangan-made-anew');
    await click('I have it');
    await waitFor(() => expect(text()).not.toContain('aangan-made-anew'));
  });

  it('leads to signing in once she has it', async () => {
    await openNode('#/access');
    await rotate('steward_asha');
    expect(screen.queryByRole('heading', { name: 'Sign in' })).toBeNull();
    await click('I have it');
    await screen.findByRole('heading', { name: 'Sign in' });
  });

  it('of another token stays when the list can not be read, and so does the list', async () => {
    const { line } = await openNode('#/access');
    await rotate('office_laptop');
    line.lose('ListTokens');
    location.hash = '#/home';
    await says('3 things need you.');
    expect(text()).toContain('aangan-made-anew');
    location.hash = '#/access';
    await says('There is no answer.');
    expect(text()).toContain('aangan-made-anew');
    line.instead.clear();
    await click('I have it');
    await says('2 tokens open this node.');
    line.lose('ListTokens');
    await rotate('office_laptop');
    await click('I have it');
    await says('There is no answer.');
    expect(text()).toContain('2 tokens open this node.');
  });
});

describe('a word', () => {
  it('whose answer is lost is shown as the node has kept it', async () => {
    const { line, session } = await openNode('#/release/2026Q2');
    line.lose('ApproveRelease', LOST(), true);
    await click('Send these');
    await says('your yes is kept');
    expect(session.stage).toBe(ReleaseStage.APPROVED);
    expect(screen.queryByRole('button', { name: "Don't send this quarter" })).toBeNull();
  });

  it('that never arrived is said to have had no answer', async () => {
    const { line, session } = await openNode('#/release/2026Q2');
    line.lose('ApproveRelease');
    await click('Send these');
    await says('There is no answer.');
    expect(session.stage).toBe(ReleaseStage.PROPOSED);
    line.instead.clear();
    await click('Send these');
    await says('your yes is kept');
  });

  it('can be given after the counts are asked for once more', async () => {
    const { line } = await openNode('#/home');
    line.lose('PreviewRelease');
    location.hash = '#/release/2026Q2';
    await says('There is no answer.');
    expect(text()).not.toContain('Asking the node');
    line.instead.clear();
    await click('Try again');
    await says('Needs found: Housing');
  });

  it('leaves no exact count behind when the room is left', async () => {
    const { line, data } = await openNode('#/release/2026Q2');
    await says('Needs found: Housing');
    const kept = () => JSON.stringify(data, (key, value: unknown) => (key === 'calls' ? undefined : typeof value === 'bigint' ? String(value) : value));
    location.hash = '#/home';
    await says('3 things need you.');
    expect(kept()).not.toContain('exact');
    line.lose('PreviewRelease');
    location.hash = '#/release/2026Q2';
    await says('There is no answer.');
    expect(text()).not.toContain('Needs found: Housing');
  });
});

describe('talking to the federation', () => {
  it('says that it was reached', async () => {
    await openNode('#/home');
    await click('Talk to the federation now');
    await says('The federation was reached.');
  });

  it('says that it was not, though the node itself answers', async () => {
    const { line } = await openNode('#/home', { attentions: [Attention.NO_LINK] });
    line.lose('SyncNow', refusal(Code.Unavailable, 'NO_LINK'));
    await click('Talk to the federation now');
    await says('There is no answer.');
    await waitFor(() => expect(line.count('GetStatus')).toBe(2));
    expect(text()).toContain('There is no answer.');
    expect(text()).not.toContain('The federation was reached.');
  });
});

describe('a damaged store', () => {
  it('is named with what to do, though its quarters can not be listed', async () => {
    const { line, data } = await openNode('#/home', { attentions: [Attention.DAMAGED] });
    line.lose('ListReleases', new ConnectError('damaged', Code.DataLoss));
    await data.load();
    await says('Stored data is damaged.');
    expect(text()).not.toContain('That did not work.');
    expect(screen.getByRole('button', { name: 'Backups' }).getAttribute('href')).toBe('#/backups');
    line.lose('ListReleases');
    await data.load();
    await says('There is no answer.');
  });
});

describe('the ledger', () => {
  it('that can not be read is said to be so, and wants a look', async () => {
    const { line, data } = await openNode('#/home');
    line.lose('ListOfferedCatalogues');
    cleanup();
    render(<NodePage data={data} words={await loadLanguage('en')} choose={() => undefined} />);
    await waitFor(() => expect(document.querySelector('.quiet-lines')?.lastElementChild?.textContent).toMatch(/^LedgerThere is no answer\..*look at this$/));
  });
});

describe('what is used up', () => {
  it.each([
    ['DISK_RESERVE', /The disk of the computer.*nearly full.*refused/],
    ['TOO_MANY', /Put this right, then try again:refused/],
    ['BUSY', /Put this right, then try again:refused/],
  ])('%s is said by its own name', async (reason, said) => {
    const { line } = await openNode('#/access');
    line.lose('CreateToken', refusal(Code.ResourceExhausted, reason));
    fireEvent.submit((await screen.findByRole('button', { name: 'Make the token' })).closest('form') as HTMLFormElement);
    await says(said);
    expect(text()).not.toContain('Too many questions');
  });
});

describe('signing out', () => {
  it('without a link clears the screen and says that the token may still be good', async () => {
    await openNode('#/home');
    const asked = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('no link'));
    await click('Sign out');
    await says('your token may still be good');
    expect(text()).not.toContain('3 things need you.');
    expect(asked).toHaveBeenCalledOnce();
    await click('Try again');
    await waitFor(() => expect(asked).toHaveBeenCalledTimes(2));
    asked.mockRestore();
  });
});

describe('figures', () => {
  it('read before a release was confirmed are read anew', async () => {
    const { data, line } = await openFederation();
    const numbers = () => [...document.querySelectorAll('.value-number')].map((each) => each.textContent);
    await says('Provisional');
    const before = numbers();
    expect(before.length).toBeGreaterThan(5);
    const change = <Answer,>(work: (answer: Answer) => void): Instead => async (next) => {
      const response = (await next()) as { message: Answer };
      work(response.message);
      return response;
    };
    line.instead.set('ListNationalReleases', change<ListNationalReleasesResponse>(({ nationalReleases }) => nationalReleases.forEach((each) => (each.state = ReleaseState.CONFIRMED))));
    line.instead.set('ListFigures', change<ListFiguresResponse>(({ figures }) => figures.forEach((each) => (each.number += 100_000n))));
    await data.load();
    await waitFor(() => expect(text()).not.toContain('Provisional'));
    await waitFor(() => expect(numbers().length).toBeGreaterThan(5));
    expect(numbers().filter((each) => /^\d,\d\d,\d\d\d/.test(each ?? '')).length).toBeGreaterThan(5);
  });

  it('that can not be read are asked for once, and again when she says so', async () => {
    const line = new Line();
    line.lose('ListFigures', new ConnectError('slow down', Code.ResourceExhausted));
    const { data } = await openFederation(line);
    await says('Too many questions at once.');
    const asked = line.count('ListFigures');
    for (let turn = 0; turn < 5; ++turn) {
      data.changed();
      await new Promise((done) => setTimeout(done));
    }
    expect(line.count('ListFigures')).toBe(asked);
    line.instead.clear();
    await click('Try again');
    await waitFor(() => expect(document.querySelectorAll('.value-number').length).toBeGreaterThan(5));
    expect(text()).not.toContain('Too many questions');
  });
});
