// SPDX-License-Identifier: Apache-2.0
// Home: one sentence, then what needs somebody, each with what it means and one next step, then four quiet lines.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Attention } from '../generated/aangan/node/v1/operator_pb';
import type { Language } from '../shared/language';
import type { Refusal } from '../shared/refusal';
import { link } from '../shared/route';
import type { NodeData } from './data';
import { Refused } from './refused';

/** The room where it is done. */
const ROOM_OF: Partial<Record<Attention, string>> = {
  [Attention.SIGN_ROSTER]: 'roster',
  [Attention.ENROL]: 'join',
  [Attention.ACCEPT_CATALOGUE]: 'catalogue',
  [Attention.BACKUP_OLD]: 'backups',
  [Attention.BREAK_GLASS]: 'access',
  [Attention.PERMIT_WAITS]: 'permits',
  [Attention.RETENTION_DUE]: 'waiting',
  [Attention.GRIEVANCE_DUE]: 'waiting',
};

/** The command that mends what no button of this page does; shown to be typed at the node's own computer. */
const COMMANDS: Partial<Record<Attention, string>> = {
  [Attention.CERTIFICATE]: 'aangan status',
  [Attention.DAMAGED]: 'aangan verify',
  [Attention.ALARM]: 'aangan status',
  [Attention.RESTORED]: 'aangan restore-day',
  [Attention.RECOVERY]: 'aangan recovery split',
  [Attention.TWIN]: 'aangan status',
  [Attention.CERTIFICATE_REVOKED]: 'aangan change-keys',
  [Attention.CERTIFICATE_REPLACED]: 'aangan change-keys',
  [Attention.CERTIFICATE_NOT_RENEWED]: 'aangan status',
};

/** "releases/2026Q3" is "2026Q3". */
export function periodOf(name: string): string {
  return name.split('/')[1] ?? '';
}

export function Home({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const attentions = data.status?.attentions ?? [];
  // What became of the last talk with the federation; said here, since its button goes when it went well.
  const [talk, setTalk] = useState<{ refusal: Refusal | undefined } | undefined>();
  const talkNow = async () => {
    setTalk(undefined);
    setTalk({ refusal: await data.syncNow() });
  };
  return (
    <>
      <h1>{attentions.length === 0 ? words.say('op.well') : words.say('op.needs', { count: attentions.length })}</h1>
      {talk && !talk.refusal && <p role="status">{words.say('op.sync_done')}</p>}
      <Refused words={words} refusal={talk?.refusal} roles={['operator', 'steward']} />
      <ol class="tasks">
        {attentions.map((attention) => (
          <li key={attention} class="task">
            <p>{words.say(words.find(`op.attention_${attention}`) ? `op.attention_${attention}` : 'op.attention_other')}</p>
            <NextStep attention={attention} data={data} words={words} talkNow={talkNow} />
          </li>
        ))}
      </ol>
      <Quiet data={data} words={words} />
    </>
  );
}

/** One button, or the one command that does it. */
function NextStep(props: { attention: Attention; data: NodeData; words: Language; talkNow: () => Promise<void> }): JSX.Element | null {
  const { attention, data, words, talkNow } = props;
  const [busy, setBusy] = useState(false);
  const during = async (work: Promise<unknown>) => {
    setBusy(true);
    await work;
    setBusy(false);
  };
  const proposed = data.proposed();
  const closable = data.closable();
  if (attention === Attention.APPROVE_RELEASE && proposed) {
    return (
      <a role="button" href={link('release', periodOf(proposed.name))}>
        {words.say('op.look_at_it')}
      </a>
    );
  }
  if (attention === Attention.CLOSE_QUARTER && closable) {
    const period = periodOf(closable.name);
    return (
      <button type="button" disabled={busy} onClick={() => void during(data.closeQuarter(period))}>
        {words.say('op.close')}: {words.period(period)}
      </button>
    );
  }
  if (attention === Attention.NO_LINK || attention === Attention.CLOCK) {
    return (
      <button type="button" disabled={busy} onClick={() => void during(talkNow())}>
        {words.say('op.sync')}
      </button>
    );
  }
  const room = ROOM_OF[attention];
  if (room) {
    return (
      <a role="button" href={link(room)}>
        {words.say(`op.nav.${room}`)}
      </a>
    );
  }
  const command = COMMANDS[attention];
  return command ? (
    <p>
      {words.say('op.command', { command: '' })} <code>{command}</code>
    </p>
  ) : null;
}

function Quiet({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const status = data.status;
  const wants = (...which: Attention[]) => which.some((each) => status?.attentions.includes(each));
  const backup = data.lastGoodBackup();
  const lines: [string, string, boolean][] = [
    [
      'op.backup',
      backup?.createTime ? words.say('op.backup_last', { date: words.dateAndTime(timestampDate(backup.createTime)) }) : words.say('op.backup_none'),
      !backup || wants(Attention.BACKUP_OLD),
    ],
    [
      'op.contact',
      status?.lastContactTime
        ? words.say('op.contact_last', { date: words.dateAndTime(timestampDate(status.lastContactTime)) })
        : words.say('op.contact_none'),
      wants(Attention.NO_LINK, Attention.ENROL, Attention.CLOCK),
    ],
    [
      'op.disk',
      words.say('op.disk_free', { size: Math.floor(Number(status?.diskFreeBytes ?? 0n) / 1e9) }),
      wants(Attention.DISK_FULL),
    ],
    [
      'op.certificate',
      status?.certificateExpireTime
        ? words.say('op.certificate_until', { date: words.date(timestampDate(status.certificateExpireTime)) })
        : words.say('op.certificate_none'),
      wants(Attention.CERTIFICATE, Attention.CERTIFICATE_REVOKED, Attention.CERTIFICATE_REPLACED, Attention.CERTIFICATE_NOT_RENEWED),
    ],
  ];
  return (
    <dl class="quiet-lines">
      {lines.map(([name, said, look]) => (
        <div key={name}>
          <dt>{words.say(name)}</dt>
          <dd>{said}</dd>
          <dd class={look ? 'look' : 'fine'}>{words.say(look ? 'op.look' : 'op.ok')}</dd>
        </div>
      ))}
    </dl>
  );
}
