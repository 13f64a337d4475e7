// SPDX-License-Identifier: Apache-2.0
// Backups and copies of the key file: made, read again, listed; and what to do when this computer is gone.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { BackupState, type Backup } from '../generated/aangan/node/v1/backups_pb';
import type { Language } from '../shared/language';
import { DataTable } from '../shared/parts';
import { useAct, useAsked } from './ask';
import { everyPage } from './calls';
import type { NodeData } from './data';
import { sayMoment } from './dates';
import { Choose, Field } from './forms';
import { Refused } from './refused';
import type { RoomProps } from './rooms';

const AGAIN_MS = 2000;
const isUnderWay = (each: Backup) => each.state === BackupState.RUNNING || each.state === BackupState.VERIFYING;

export function Backups({ data, words }: RoomProps): JSX.Element {
  const title = words.say('op.nav.backups');
  const last = data.lastGoodBackup();
  const isBusy = data.backups.some(isUnderWay);
  useEffect(() => {
    if (!isBusy) return undefined;
    const timer = setInterval(() => void data.load(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [data, isBusy]);
  return (
    <>
      <h1>{title}</h1>
      <p class="lead">{last ? words.say('op.backups_lead', { date: sayMoment(words, last.createTime) }) : words.say('op.backups_lead_none')}</p>
      <p>{words.say('op.backups_about')}</p>
      {data.backups.length > 0 && <BackupTable words={words} backups={data.backups} />}
      <NewBackup data={data} words={words} />
      {data.backups.length > 0 && <Verify data={data} words={words} />}
      <KeyCopies data={data} words={words} />
      <h2>{words.say('op.restore_title')}</h2>
      <p>{words.say('op.restore_about')}</p>
      <p>{words.say('op.restore_page', { choice: words.say('start.restore') })}</p>
      <p>
        {words.say('op.restore_command')} <code>aangan restore --from /media/disk/aangan --keys-from /media/stick --data /var/lib/aangan/node</code>
      </p>
      <p>{words.say('op.restore_after')}</p>
    </>
  );
}

function BackupTable({ words, backups }: { words: Language; backups: Backup[] }): JSX.Element {
  const done = (each: Backup) => (isUnderWay(each) && each.totalBytes > 0n ? ` (${Number((each.doneBytes * 100n) / each.totalBytes)} %)` : '');
  return (
    <DataTable
      caption={words.say('op.nav.backups')}
      rows={backups}
      columns={[
        { title: words.say('op.backups_made'), cell: (each) => (each.createTime ? sayMoment(words, each.createTime) : each.name) },
        {
          title: words.say('op.backups_state'),
          cell: (each) => (
            <span>
              {each.state === BackupState.UNSPECIFIED ? '–' : words.say(`op.backups_${each.state}`) + done(each)}
              {each.reason && <span lang="en">: {each.reason.toLowerCase().replaceAll('_', ' ')}</span>}
            </span>
          ),
        },
      ]}
    />
  );
}

function NewBackup({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const [folder, setFolder] = useState('');
  const { busy, refusal, act } = useAct(data);
  const begin = async (event: Event) => {
    event.preventDefault();
    if (await act(() => data.calls.backups.createBackup({ folder: folder.trim() }))) await data.load();
  };
  return (
    <form class="fields" onSubmit={(event) => void begin(event)}>
      <h2>{words.say('op.backup_new')}</h2>
      <Field label={words.say('op.folder')} help={words.say('op.backup_folder_help')} required value={folder} write={setFolder} />
      <button type="submit" disabled={busy}>
        {words.say('op.backup_begin')}
      </button>
      <Refused words={words} refusal={refusal} roles={['operator']} />
    </form>
  );
}

function Verify({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const [chosen, setChosen] = useState('');
  const [folder, setFolder] = useState('');
  const { busy, refusal, act } = useAct(data);
  const name = chosen || (data.lastGoodBackup() ?? data.backups[0])?.name || '';
  const begin = async (event: Event) => {
    event.preventDefault();
    if (await act(() => data.calls.backups.verifyBackup({ name, folder: folder.trim() }))) await data.load();
  };
  return (
    <form class="fields" onSubmit={(event) => void begin(event)}>
      <h2>{words.say('op.verify_title')}</h2>
      <Choose
        label={words.say('op.backup')}
        value={name}
        options={data.backups.map((each) => [each.name, each.createTime ? sayMoment(words, each.createTime) : each.name])}
        choose={setChosen}
      />
      <Field label={words.say('op.folder')} help={words.say('op.verify_folder_help')} required value={folder} write={setFolder} />
      <button type="submit" disabled={busy}>
        {words.say('op.verify_begin')}
      </button>
      <Refused words={words} refusal={refusal} roles={['operator']} />
    </form>
  );
}

function KeyCopies({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const { answer, refusal, again } = useAsked(data, () =>
    everyPage(async (pageToken) => {
      const page = await data.calls.backups.listKeyCopies({ pageSize: 200, pageToken });
      return { rows: page.keyCopies, nextPageToken: page.nextPageToken };
    }),
  );
  const [folder, setFolder] = useState('');
  const [label, setLabel] = useState('');
  const { busy, refusal: against, act } = useAct(data);
  const write = async (event: Event) => {
    event.preventDefault();
    if (await act(() => data.calls.backups.createKeyCopy({ folder: folder.trim(), label: label.trim() }))) again();
  };
  return (
    <form class="fields" onSubmit={(event) => void write(event)}>
      <h2>{words.say('op.keys_title')}</h2>
      <p>{words.say('op.keys_about')}</p>
      <Refused words={words} refusal={refusal} roles={['operator', 'steward', 'auditor']} />
      {answer?.length === 0 && <p>{words.say('op.keys_none')}</p>}
      {answer && answer.length > 0 && (
        <DataTable
          caption={words.say('op.keys_title')}
          rows={answer}
          columns={[
            { title: words.say('op.keys_label'), cell: (each) => each.label },
            { title: words.say('op.keys_made'), cell: (each) => sayMoment(words, each.createTime) },
            {
              title: words.say('op.keys_overwritten'),
              cell: (each) => (each.overwriteTime ? sayMoment(words, each.overwriteTime) : words.say('op.keys_there')),
            },
          ]}
        />
      )}
      <Field label={words.say('op.folder')} help={words.say('op.keys_folder_help')} required value={folder} write={setFolder} />
      <Field label={words.say('op.keys_label')} help={words.say('op.keys_label_help')} required value={label} write={setLabel} />
      <button type="submit" disabled={busy}>
        {words.say('op.keys_write')}
      </button>
      <Refused words={words} refusal={against} roles={['operator']} />
    </form>
  );
}
