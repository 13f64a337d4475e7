// SPDX-License-Identifier: Apache-2.0
// The first start of a node by its page, over a transport in memory: three ways, back, errors in sight, and no secret kept.
import { Code, ConnectError, createRouterTransport } from '@connectrpc/connect';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackupService } from '../generated/aangan/node/v1/backups_pb';
import { GovernanceService } from '../generated/aangan/node/v1/governance_pb';
import { OperatorService } from '../generated/aangan/node/v1/operator_pb';
import { ReleaseService } from '../generated/aangan/node/v1/releases_pb';
import { SetupService, SetupState, type RestoreBackupRequest } from '../generated/aangan/node/v1/setup_pb';
import { NodeData } from '../operator/data';
import { Join } from '../operator/join';
import { Page } from '../operator/page';
import { loadLanguage } from '../shared/language';

const CODE = 'k7qm-2xwd-p4ha';
const PASSPHRASE = 'five words that stay together';

interface Setup {
  state: SetupState;
  restoreReason: string;
  restoreMessage: string;
  restored: RestoreBackupRequest | undefined;
  started: string;
}

function transport(setup: Setup) {
  const check = (headers: Headers) => {
    if (headers.get('authorization') !== `Bearer ${CODE}`) throw new ConnectError('not the code', Code.Unauthenticated);
  };
  return createRouterTransport((router) => {
    const closed = () => {
      throw new ConnectError('not open', setup.state === SetupState.DONE ? Code.Unauthenticated : Code.Unavailable);
    };
    router.service(OperatorService, { getStatus: closed });
    router.service(ReleaseService, { listReleases: closed });
    router.service(BackupService, { listBackups: closed });
    router.service(SetupService, {
      getSetup: () => ({ ...setup, dataFolder: '/var/lib/aangan/node', doneBytes: 20_000_000n, totalBytes: 80_000_000n }),
      startNewNode: (request, context) => {
        check(context.requestHeader);
        setup.started = request.passphrase;
        setup.state = SetupState.OPENING;
        return {};
      },
      restoreBackup: (request, context) => {
        check(context.requestHeader);
        setup.restored = request;
        setup.state = SetupState.RESTORING;
        return {};
      },
    });
  });
}

async function open(hash: string, state = SetupState.NEW) {
  const setup: Setup = { state, restoreReason: '', restoreMessage: '', restored: undefined, started: '' };
  location.hash = hash;
  const data = new NodeData(transport(setup));
  await data.load();
  render(<Page data={data} words={await loadLanguage('en')} choose={() => undefined} />);
  return { setup, data };
}

const title = () => document.querySelector('h1')?.textContent;
const text = () => document.body.textContent ?? '';
const type = (label: RegExp | string, value: string) => fireEvent.input(screen.getByLabelText(label), { target: { value } });
const click = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
const kept = () => JSON.stringify(Object.entries(sessionStorage)) + JSON.stringify(Object.entries(localStorage)) + location.href;

beforeEach(() => sessionStorage.clear());
afterEach(cleanup);

describe('the first start', () => {
  it('offers three ways, each with an address of its own, and a way back', async () => {
    await open('');
    expect(title()).toBe('This node is new');
    const ways = [...document.querySelectorAll('.word a')].map((each) => [each.textContent, each.getAttribute('href')]);
    expect(ways).toEqual([
      ['New node', '#/start/new'],
      ['Restore a backup', '#/start/restore'],
      ['Join with a code', '#/start/join'],
    ]);
    location.hash = '#/start/new';
    await waitFor(() => expect(title()).toBe('New node'));
    expect(screen.getByText('Back to the choice').getAttribute('href')).toBe('#/start');
    location.hash = '#/start';
    await waitFor(() => expect(title()).toBe('This node is new'));
  });

  it('says what is wrong with a passphrase or a code, and makes nothing', async () => {
    const { setup } = await open('#/start/new');
    type(/Set-up code/, 'aaaa-bbbb-cccc');
    type(/^Passphrase/, 'too short');
    type(/The same again/, 'too short');
    click('Make the node');
    await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('at least 12 characters'));
    type(/^Passphrase/, PASSPHRASE);
    click('Make the node');
    await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('not the same'));
    type(/The same again/, PASSPHRASE);
    click('Make the node');
    await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('aangan setup-code'));
    expect(setup.started).toBe('');
  });

  it('makes a node, says where the first token lies, and keeps no secret', async () => {
    const { setup, data } = await open('#/start/new');
    type(/Set-up code/, ` ${CODE} `);
    type(/^Passphrase/, PASSPHRASE);
    type(/The same again/, PASSPHRASE);
    click('Make the node');
    await waitFor(() => expect(text()).toContain('The node opens'));
    expect(setup.started).toBe(PASSPHRASE);
    setup.state = SetupState.DONE;
    await data.lookAtSetup();
    await waitFor(() => expect(text()).toContain('/var/lib/aangan/node/operator.token'));
    expect(text()).toContain('What comes next');
    expect(kept()).not.toContain(PASSPHRASE);
    expect(kept()).not.toContain(CODE);
  });

  it('restores a backup, keeps the folders when it fails, and says why', async () => {
    const { setup, data } = await open('#/start/restore');
    type(/Set-up code/, CODE);
    type(/Folder of the backup/, '/media/disk/aangan');
    type(/^Key file/, '/media/stick');
    type(/Passphrase of the node that was/, PASSPHRASE);
    click('Restore it');
    await waitFor(() => expect(text()).toContain('20 of 80 MB'));
    expect(setup.restored).toMatchObject({ folder: '/media/disk/aangan', keysFrom: '/media/stick', passphrase: PASSPHRASE, acceptOlder: false, parts: [] });
    Object.assign(setup, { state: SetupState.NEW, restoreReason: 'BAD_PASSPHRASE', restoreMessage: 'this passphrase does not open it' });
    await data.lookAtSetup();
    await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('this passphrase does not open it'));
    expect((screen.getByLabelText(/Folder of the backup/) as HTMLInputElement).value).toBe('/media/disk/aangan');
    expect((screen.getByLabelText(/Passphrase of the node that was/) as HTMLInputElement).value).toBe('');
    expect(kept()).not.toContain(PASSPHRASE);
  });

  it('takes parts of the key in the place of the passphrase', async () => {
    const { setup } = await open('#/start/restore');
    fireEvent.click(screen.getByLabelText(/we have parts of the key/));
    type(/Set-up code/, CODE);
    type(/Folder of the backup/, '/media/disk/aangan');
    type(/^Key file/, '/media/stick');
    type(/^Part 1/, 'eight lines');
    type(/^Part 2/, 'eight other lines');
    type(/A new passphrase/, PASSPHRASE);
    click('Restore it');
    await waitFor(() => expect(setup.restored?.parts).toEqual(['eight lines', 'eight other lines']));
  });

  it('says of a locked node what opens it', async () => {
    const { data, setup } = await open('#/home', SetupState.LOCKED);
    expect(title()).toBe('This node is locked');
    expect(text()).toContain('aangan unlock');
    setup.state = SetupState.DONE;
    await data.lookAtSetup();
    await waitFor(() => expect(title()).toBe('Sign in'));
    expect(text()).not.toContain('operator.token');
  });
});

describe('joining', () => {
  it('shows both phrases, to be compared by telephone', async () => {
    const asked: string[] = [];
    const data = new NodeData(
      createRouterTransport((router) =>
        router.service(GovernanceService, {
          joinFederation: (request) => {
            asked.push(request.federationAddress, request.enrolmentAddress, request.joinToken);
            return { roster: 'india', collective: 'kerala_1', fingerprintPhrase: 'river lamp', federationPhrase: 'stone bird' };
          },
        }),
      ),
    );
    render(<Join data={data} words={await loadLanguage('en')} id="" />);
    type(/^Join code/, ' aangan-join-abc ');
    type(/^Address of the federation/, 'fed.example:7411');
    type(/Its address for joining/, 'fed.example:7413');
    click('Join');
    await waitFor(() => expect(text()).toContain('stone bird'));
    expect(asked).toEqual(['fed.example:7411', 'fed.example:7413', 'aangan-join-abc']);
    expect(text()).toContain('river lamp');
    expect(kept()).not.toContain('aangan-join-abc');
  });
});
