// SPDX-License-Identifier: Apache-2.0
// What waits for a second person's yes: who asks for what, and until when.
import type { JSX } from 'preact';
import { PermitState, type Permit } from '../generated/aangan/node/v1/permits_pb';
import { DataTable } from '../shared/parts';
import type { Language } from '../shared/language';
import { useAct, useAsked } from './ask';
import { sayMoment } from './dates';
import { AskFirst, Facts, Waiting } from './forms';
import { listPermits } from './permit_step';
import { Refused } from './refused';
import type { RoomProps } from './rooms';

export function Permits({ data, words }: RoomProps): JSX.Element {
  const { answer, refusal, again } = useAsked(data, () => listPermits(data.calls));
  const { busy, refusal: against, act } = useAct(data);
  const isNew = (each: Permit) => each.state === PermitState.ASKED;
  const approve = async (each: Permit) => {
    if (await act(() => data.calls.permits.approvePermit({ name: each.name }))) again();
  };
  // The role may, but nobody says yes to what she asked for herself.
  const isOwn = against?.reason === 'NOT_ALLOWED' && !against.about.role;
  const waiting = answer?.filter(isNew) ?? [];
  const others = answer?.filter((each) => !isNew(each)) ?? [];
  return (
    <>
      <h1>{words.say('op.nav.permits')}</h1>
      <Refused words={words} refusal={refusal} roles={['caseworker', 'operator', 'steward', 'auditor']} />
      {!answer && !refusal && <Waiting words={words} />}
      {answer && <p class="lead">{words.say('op.permits_lead', { count: waiting.length })}</p>}
      {waiting.map((each) => (
        <section key={each.name} class="task">
          <p>
            <strong>{words.say(`op.permit_kind_${each.kind || 1}`)}</strong>
          </p>
          <Facts lines={linesOf(words, each)} />
          <AskFirst words={words} say={words.say('op.permit_yes')} about={words.say('op.permit_yes_about')} busy={busy} run={() => void approve(each)} />
        </section>
      ))}
      {isOwn ? (
        <p class="problem" role="alert">
          {words.say('op.permit_own')}
        </p>
      ) : (
        <Refused words={words} refusal={against} roles={['steward', 'auditor']} />
      )}
      {others.length > 0 && <Before words={words} permits={others} />}
    </>
  );
}

function linesOf(words: Language, permit: Permit): [string, string][] {
  return [
    [words.say('op.permit_subject'), permit.subject],
    [words.say('op.permit_asked_by'), permit.askedBy],
    [words.say('op.permit_until'), sayMoment(words, permit.expireTime)],
  ];
}

function Before({ words, permits }: { words: Language; permits: Permit[] }): JSX.Element {
  const title = words.say('op.permits_before');
  return (
    <DataTable
      caption={title}
      rows={permits}
      columns={[
        { title: words.say('op.permit_what'), cell: (each) => words.say(`op.permit_kind_${each.kind || 1}`) },
        { title: words.say('op.permit_subject'), cell: (each) => each.subject },
        { title: words.say('op.backups_state'), cell: (each) => words.say(`op.permit_state_${each.state || 4}`) },
        { title: words.say('op.permit_asked_by'), cell: (each) => each.askedBy },
        { title: words.say('op.permit_approved_by'), cell: (each) => each.approvedBy || '–' },
        { title: words.say('op.permit_until'), cell: (each) => sayMoment(words, each.expireTime) },
      ]}
    />
  );
}
