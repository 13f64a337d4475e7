// SPDX-License-Identifier: Apache-2.0
// What waits in the matter of members' rights: complaints with their clock, who is due by the collective's own rule or is to
// be asked again, and who is sealed until when. Each part asks for itself, because not every role may read each.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Grievance } from '../generated/aangan/node/v1/grievances_pb';
import type { RetentionPolicy } from '../generated/aangan/node/v1/retention_pb';
import type { SealedMember } from '../generated/aangan/node/v1/rights_pb';
import type { Language } from '../shared/language';
import { DataTable } from '../shared/parts';
import { useAct, useAsked, useRequestId } from './ask';
import { everyPage } from './calls';
import type { NodeData } from './data';
import { daysUntil, sayDay, sayMoment } from './dates';
import { AskFirst, Waiting } from './forms';
import { idOf } from './names';
import { MemberLink } from './of_member';
import { Against, withPermit } from './permit_step';
import { Refused } from './refused';
import type { RoomProps } from './rooms';
import { listSealed } from './seal';

export function WaitingRoom(props: RoomProps): JSX.Element {
  const { words } = props;
  return (
    <>
      <h1>{words.say('op.nav.waiting')}</h1>
      <p class="lead">{words.say('op.waiting_about')}</p>
      <Grievances {...props} />
      <Due {...props} />
      <Sealed {...props} />
    </>
  );
}

function Grievances({ data, words }: RoomProps): JSX.Element {
  const { answer, refusal, again } = useAsked(data, () =>
    everyPage(async (pageToken) => {
      const page = await data.calls.grievances.listGrievances({ parent: 'members/-', pageSize: 200, pageToken });
      return { rows: page.grievances, nextPageToken: page.nextPageToken };
    }),
  );
  return (
    <section>
      <h2>{words.say('op.grievances_title')}</h2>
      <Refused words={words} refusal={refusal} roles={['steward']} />
      {!answer && !refusal && <Waiting words={words} />}
      {answer?.length === 0 && <p>{words.say('op.grievances_none')}</p>}
      {answer?.map((each) => (
        <Complaint key={each.name} data={data} words={words} grievance={each} done={again} />
      ))}
    </section>
  );
}

function Complaint(props: { data: NodeData; words: Language; grievance: Grievance; done: () => void }): JSX.Element {
  const { data, words, grievance, done } = props;
  const [text, setText] = useState('');
  const { busy, refusal, act } = useAct(data);
  const requestIdOf = useRequestId();
  const days = grievance.dueDate ? daysUntil(grievance.dueDate) : 0;
  const send = async (event: Event) => {
    event.preventDefault();
    const request = { name: grievance.name, etag: grievance.etag, answer: text.trim() };
    if (await act(() => data.calls.grievances.answerGrievance({ ...request, requestId: requestIdOf(request) }))) done();
  };
  return (
    <form class={days < 0 ? 'task' : 'note'} onSubmit={(event) => void send(event)}>
      <p>
        <strong>{words.say(days < 0 ? 'op.grievance_late' : 'op.grievance_days', { count: Math.abs(days) })}</strong>{' '}
        {words.say('op.grievance_filed', { time: sayMoment(words, grievance.createTime) })}
      </p>
      <blockquote class="notice">{grievance.text}</blockquote>
      <label>
        {words.say('op.grievance_answer')}
        <textarea required rows={3} autocomplete="off" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit" disabled={busy}>
        {words.say('op.grievance_send')}
      </button>
      <Refused words={words} refusal={refusal} roles={['steward']} />
    </form>
  );
}

/** The collective's rule in one sentence each. */
export function policyLines(words: Language, policy: RetentionPolicy): string[] {
  return [
    policy.yearsAfterLastRecord > 0 ? words.say('op.policy_years', { count: policy.yearsAfterLastRecord }) : words.say('op.policy_years_never'),
    policy.daysAfterWithdrawal === undefined ? words.say('op.policy_days_never') : words.say('op.policy_days', { count: policy.daysAfterWithdrawal }),
    words.say('op.policy_grace', { count: policy.graceDays || 30 }),
    words.say('op.policy_grievance', { count: policy.grievanceDays || 30 }),
  ];
}

function Due({ data, words }: RoomProps): JSX.Element {
  const { answer, refusal } = useAsked(data, async () => {
    let retentionPolicy: RetentionPolicy | undefined;
    const rows = await everyPage(async (pageToken) => {
      const page = await data.calls.retention.reportRetention({ pageSize: 200, pageToken });
      retentionPolicy = page.retentionPolicy;
      return { rows: page.dueMembers, nextPageToken: page.nextPageToken };
    });
    return { rows, retentionPolicy };
  });
  const title = words.say('op.due_title');
  return (
    <section>
      <h2>{title}</h2>
      <Refused words={words} refusal={refusal} roles={['caseworker', 'steward', 'auditor']} />
      {!answer && !refusal && <Waiting words={words} />}
      {answer?.retentionPolicy && <p>{policyLines(words, answer.retentionPolicy).join(' ')}</p>}
      {answer?.rows.length === 0 && <p>{words.say('op.due_none')}</p>}
      {answer && answer.rows.length > 0 && (
        <DataTable
          caption={title}
          rows={answer.rows}
          columns={[
            { title: words.say('op.member'), cell: (each) => <MemberLink page="record" id={idOf(each.member)} title={idOf(each.member)} /> },
            { title: words.say('op.due_why'), cell: (each) => words.say(`op.due_${each.reason || 1}`) },
            { title: words.say('op.due_date'), cell: (each) => sayDay(words, each.dueDate) },
            { title: words.say('op.due_erase'), cell: (each) => sayDay(words, each.eraseDate) },
          ]}
        />
      )}
    </section>
  );
}

function Sealed({ data, words }: RoomProps): JSX.Element {
  const { answer, refusal, again } = useAsked(data, () => listSealed(data.calls));
  const { busy, refusal: against, act } = useAct(data);
  const title = words.say('op.sealed_title');
  const unseal = async (each: SealedMember) => {
    const name = `members/${idOf(each.name)}`;
    if (await act(() => withPermit(data.calls, (permit) => data.calls.rights.unsealMember({ name, permit })))) again();
  };
  return (
    <section>
      <h2>{title}</h2>
      <Refused words={words} refusal={refusal} roles={['steward', 'auditor']} />
      {!answer && !refusal && <Waiting words={words} />}
      {answer?.length === 0 && <p>{words.say('op.sealed_none')}</p>}
      {answer && answer.length > 0 && (
        <>
          <p>{words.say('op.sealed_about')}</p>
          <DataTable
            caption={title}
            rows={answer}
            columns={[
              { title: words.say('op.member'), cell: (each) => <MemberLink page="seal" id={idOf(each.name)} title={idOf(each.name)} /> },
              { title: words.say('op.seal_until'), cell: (each) => sayDay(words, each.untilDate) },
              { title: words.say('op.seal_reason'), cell: (each) => words.say(`op.reason_${each.reason || 5}`) },
              {
                title: words.say('op.step'),
                cell: (each) => (
                  <AskFirst words={words} say={words.say('op.unseal')} about={words.say('op.unseal_about')} busy={busy} run={() => void unseal(each)} />
                ),
              },
            ]}
          />
        </>
      )}
      <Against data={data} words={words} refusal={against} roles={['steward']} />
    </section>
  );
}
