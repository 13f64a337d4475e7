// SPDX-License-Identifier: Apache-2.0
// Sealing a member whose records the law asks to keep: nobody reads them, and she is erased when the time is over.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { LegalReason, type SealedMember } from '../generated/aangan/node/v1/rights_pb';
import { link } from '../shared/route';
import { useAct, useAsked } from './ask';
import { everyPage, type Calls } from './calls';
import { dayFrom, sayDay } from './dates';
import { Choose, Field, TwoWays, Waiting } from './forms';
import { idOf } from './names';
import { Refused } from './refused';
import type { RoomProps } from './rooms';

export const REASONS = [
  LegalReason.COURT_ORDER,
  LegalReason.OPEN_CASE,
  LegalReason.COMPENSATION_CLAIM,
  LegalReason.ACCOUNTS,
  LegalReason.OTHER_LAW,
];

export function listSealed(calls: Calls): Promise<SealedMember[]> {
  return everyPage(async (pageToken) => {
    const page = await calls.rights.listSealedMembers({ pageSize: 200, pageToken });
    return { rows: page.sealedMembers, nextPageToken: page.nextPageToken };
  });
}

export function Seal({ data, words, id }: RoomProps): JSX.Element {
  const { answer, refusal } = useAsked(data, () => listSealed(data.calls));
  const sealed = answer?.find((each) => idOf(each.name) === id);
  return (
    <>
      <h1>{words.say('op.seal_title')}</h1>
      <p class="lead">{words.say('op.seal_about')}</p>
      <p class="address">members/{id}</p>
      {refusal && <Refused words={words} refusal={refusal} roles={['steward']} />}
      {sealed && <p class="note">{words.say('op.seal_stands', { date: sayDay(words, sealed.untilDate) })}</p>}
      {answer ? <SealForm data={data} words={words} id={id} stands={sealed?.reason} /> : !refusal && <Waiting words={words} />}
    </>
  );
}

/** The node keeps the reason that comes last: a longer time begins with the one that stands. */
function SealForm({ data, words, id, stands }: RoomProps & { stands: LegalReason | undefined }): JSX.Element {
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState(stands || LegalReason.COURT_ORDER);
  const { busy, refusal, act } = useAct(data);
  const seal = async () => {
    if (await act(() => data.calls.rights.sealMember({ name: `members/${id}`, untilDate: dayFrom(until), reason }))) location.hash = link('waiting');
  };
  return (
    <form class="fields" onSubmit={(event) => event.preventDefault()}>
      <Field label={words.say('op.seal_until')} type="date" required value={until} write={setUntil} />
      <Choose
        label={words.say('op.seal_reason')}
        value={String(reason)}
        options={REASONS.map((each) => [String(each), words.say(`op.reason_${each}`)])}
        choose={(value) => setReason(Number(value))}
      />
      <TwoWays
        busy={busy}
        ways={[
          { say: words.say('op.seal_yes'), about: words.say('op.seal_yes_about'), run: () => void seal() },
          {
            say: words.say('op.leave_it'),
            about: words.say('op.leave_it_about'),
            run: () => {
              location.hash = link('waiting');
            },
          },
        ]}
      />
      <Refused words={words} refusal={refusal} roles={['steward']} />
    </form>
  );
}
