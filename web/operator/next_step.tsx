// SPDX-License-Identifier: Apache-2.0
// The next step of each thing that a node waits for: what is to be done in words, the room where it is done, a call that this
// page makes, or a command to be typed at the node's own computer.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Attention, type GetStatusResponse } from '../generated/aangan/node/v1/operator_pb';
import type { Language } from '../shared/language';
import { link } from '../shared/route';
import type { NodeData } from './data';
import { idOf } from './names';

interface Step {
  /** The message that says what to do, where more is to be said than its button or command says. */
  say?: string;
  room?: string;
  command?: string;
  /** Talking to the federation now mends it, or shows whether it is mended. */
  talks?: true;
}

const CHANGE_KEYS = 'aangan change-keys --enrolment-address fed.example:7413';

/** Of every value that the node can send: one without its step does not compile. */
const STEPS: Record<Exclude<Attention, Attention.UNSPECIFIED>, Step | ((status: GetStatusResponse) => Step)> = {
  [Attention.SIGN_ROSTER]: { room: 'roster' },
  [Attention.ACCEPT_CATALOGUE]: { room: 'catalogue' },
  [Attention.CLOSE_QUARTER]: { room: 'release' },
  [Attention.APPROVE_RELEASE]: { room: 'release' },
  [Attention.NO_LINK]: { talks: true },
  [Attention.ENROL]: { room: 'join' },
  [Attention.DISK_FULL]: { say: 'op.next_paths', command: 'aangan paths' },
  // One that has ended can not be renewed any more.
  [Attention.CERTIFICATE]: (status) => (status.certificateDaysLeft === 0 ? { say: 'op.next_keys', command: CHANGE_KEYS } : { talks: true }),
  [Attention.CLOCK]: { say: 'op.next_clock', command: 'timedatectl set-ntp true', talks: true },
  [Attention.BUDGET]: { say: 'op.next_budget', room: 'catalogue' },
  [Attention.DAMAGED]: { say: 'op.next_restore', room: 'backups' },
  [Attention.ALARM]: { say: 'op.next_alarms', command: 'aangan status' },
  [Attention.RESTORED]: (status) => (status.restoreConfirmed ? { say: 'op.next_wait' } : { say: 'op.next_day', command: 'aangan restore-day' }),
  [Attention.BACKUP_OLD]: { room: 'backups' },
  [Attention.BREAK_GLASS]: { room: 'access' },
  [Attention.PERMIT_WAITS]: { room: 'permits' },
  [Attention.RETENTION_DUE]: { room: 'waiting' },
  [Attention.GRIEVANCE_DUE]: { room: 'waiting' },
  [Attention.RECOVERY]: (status) =>
    status.recoveryDealTime ? { say: 'op.next_rehearse', command: 'aangan recovery rehearse' } : { say: 'start.next_parts', command: 'aangan recovery split' },
  [Attention.TWIN]: { say: 'op.next_copy', command: CHANGE_KEYS },
  [Attention.CERTIFICATE_REVOKED]: { say: 'op.next_keys', command: CHANGE_KEYS },
  [Attention.CERTIFICATE_REPLACED]: { say: 'op.next_copy', command: CHANGE_KEYS },
  [Attention.CERTIFICATE_NOT_RENEWED]: { say: 'op.next_renew', command: 'journalctl -u aangan-node -p warning', talks: true },
};

/** Of what a newer node waits for the command knows more than this page. */
const OF_ANOTHER: Step = { command: 'aangan status' };

interface NextStepProps {
  attention: Attention;
  data: NodeData;
  words: Language;
  talkNow: () => Promise<void>;
}

export function NextStep({ attention, data, words, talkNow }: NextStepProps): JSX.Element {
  const proposed = data.proposed();
  const closable = data.closable();
  if (attention === Attention.APPROVE_RELEASE && proposed) {
    return (
      <a role="button" href={link('release', idOf(proposed.name))}>
        {words.say('op.look_at_it')}
      </a>
    );
  }
  if (attention === Attention.CLOSE_QUARTER && closable) {
    const period = idOf(closable.name);
    return <Once say={`${words.say('op.close')}: ${words.period(period)}`} run={() => data.closeQuarter(period)} />;
  }
  const found = (STEPS as Partial<typeof STEPS>)[attention as keyof typeof STEPS] ?? OF_ANOTHER;
  const step = typeof found === 'function' ? (data.status ? found(data.status) : OF_ANOTHER) : found;
  return (
    <>
      {attention === Attention.CLOCK && <Clocks status={data.status} words={words} />}
      {step.say && <p>{words.say(step.say)}</p>}
      {step.command && (
        <p>
          {words.say('op.command', { command: '' })} <code>{step.command}</code>
        </p>
      )}
      {step.talks && <Once say={words.say('op.sync')} run={talkNow} />}
      {step.room && (
        <a role="button" href={link(step.room)}>
          {words.say(`op.nav.${step.room}`)}
        </a>
      )}
    </>
  );
}

/** A button that waits for what it began. */
function Once({ say, run }: { say: string; run: () => Promise<unknown> }): JSX.Element {
  const [busy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    await run();
    setBusy(false);
  };
  return (
    <button type="button" disabled={busy} onClick={() => void begin()}>
      {say}
    </button>
  );
}

/** What both clocks said, so that a watch tells which is wrong. The federation's is not known where only its certificate was seen. */
function Clocks({ status, words }: { status: GetStatusResponse | undefined; words: Language }): JSX.Element | null {
  if (!status?.ownClockTime || !status.federationClockTime) return null;
  const say = (time: typeof status.ownClockTime) => words.dateAndTime(timestampDate(time));
  return <p>{words.say('op.next_clocks', { own: say(status.ownClockTime), federation: say(status.federationClockTime) })}</p>;
}
