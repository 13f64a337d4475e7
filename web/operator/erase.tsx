// SPDX-License-Identifier: Apache-2.0
// Erasing a member: what goes, what stays, and which copies may still hold her key; then, for good; then the receipt to
// be printed.
import { Code } from '@connectrpc/connect';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ErasureReceipt } from '../generated/aangan/node/v1/backups_pb';
import type { Language } from '../shared/language';
import { DataTable } from '../shared/parts';
import { link } from '../shared/route';
import { useAct, useAsked, useRequestId } from './ask';
import { hexadecimal, sayMoment } from './dates';
import { Facts, PrintButton, TwoWays, Waiting } from './forms';
import { Refused } from './refused';
import type { RoomProps } from './rooms';

const AGAIN_MS = 3000;

export function Erase({ data, words, id }: RoomProps): JSX.Element {
  const name = `members/${id}`;
  const { answer, refusal, again } = useAsked(data, async () => {
    const [member, preview] = await Promise.all([data.calls.members.getMember({ name }), data.calls.backups.previewErasure({ member: name })]);
    return { etag: member.etag, fullName: member.details?.fullName ?? '', preview };
  });
  return (
    <>
      <h1>{words.say('op.erase_title')}</h1>
      <Refused words={words} refusal={refusal} roles={['caseworker']} />
      {answer ? (
        <>
          <p class="lead">{words.say('op.erase_about', { name: answer.fullName || id })}</p>
          <div class="pair">
            <section>
              <h2>{words.say('op.erase_goes')}</h2>
              <ul>
                <li>{words.say('op.erase_goes_1')}</li>
                <li>{words.say('op.erase_goes_2')}</li>
                <li>{words.say('op.erase_goes_3')}</li>
              </ul>
            </section>
            <section>
              <h2>{words.say('op.erase_stays')}</h2>
              <ul>
                <li>{words.say('op.erase_stays_1')}</li>
                <li>{words.say('op.erase_stays_2')}</li>
                <li>{words.say('op.erase_stays_3')}</li>
              </ul>
            </section>
          </div>
          <Copies words={words} receipt={answer.preview} />
          <EraseNow data={data} words={words} id={id} etag={answer.etag} again={again} />
        </>
      ) : (
        !refusal && <Waiting words={words} />
      )}
    </>
  );
}

function EraseNow({ data, words, id, etag, again }: RoomProps & { etag: string; again: () => void }): JSX.Element {
  const [isSure, setSure] = useState(false);
  const { busy, refusal, act } = useAct(data);
  const requestIdOf = useRequestId();
  const erase = async () => {
    const request = { name: `members/${id}`, etag };
    if (await act(() => data.calls.members.deleteMember({ ...request, requestId: requestIdOf(request) }))) location.hash = link('receipt');
    else setSure(false);
  };
  return (
    <>
      <label>
        <input type="checkbox" checked={isSure} onChange={(event) => setSure(event.currentTarget.checked)} />
        {words.say('op.erase_sure')}
      </label>
      <TwoWays
        busy={busy}
        disabled={!isSure}
        ways={[
          { say: words.say('op.erase_yes'), about: words.say('op.erase_yes_about'), run: () => void erase() },
          {
            say: words.say('op.erase_no'),
            about: words.say('op.erase_no_about'),
            run: () => {
              location.hash = link('record');
            },
          },
        ]}
      />
      <Refused words={words} refusal={refusal} roles={['caseworker']} />
      {refusal?.code === Code.Aborted && (
        <button type="button" onClick={again}>
          {words.say('trouble.again')}
        </button>
      )}
    </>
  );
}

/** Copies of the key file first: as long as one is left, what is in a backup could be read. */
function Copies({ words, receipt }: { words: Language; receipt: ErasureReceipt }): JSX.Element {
  const isLeft = receipt.keyCopies.some((each) => !each.overwriteTime);
  return (
    <>
      <h2>{words.say('op.copies_title')}</h2>
      <p class={isLeft ? 'note note-attention' : undefined}>{words.say(isLeft ? 'op.copies_left' : 'op.copies_none')}</p>
      {receipt.keyCopies.length > 0 && (
        <DataTable
          caption={words.say('op.keys_title')}
          rows={receipt.keyCopies}
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
      {receipt.backups.length > 0 && <p>{words.say('op.copies_backups', { count: receipt.backups.length })}</p>}
    </>
  );
}

export function Receipt({ data, words, id }: RoomProps): JSX.Element {
  const { answer, refusal, again } = useAsked(data, () => data.calls.backups.getErasureReceipt({ name: `erasureReceipts/${id}` }));
  const isCleared = refusal?.reason !== 'NOT_FOUND';
  useEffect(() => {
    if (isCleared) return undefined;
    const timer = setTimeout(again, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isCleared, refusal]);
  if (!answer) {
    return (
      <>
        <h1>{words.say('op.receipt_title')}</h1>
        {isCleared ? (
          <Refused words={words} refusal={refusal} roles={['caseworker', 'operator', 'steward', 'auditor']} />
        ) : (
          <p role="status">{words.say('op.receipt_wait')}</p>
        )}
        {!refusal && <Waiting words={words} />}
      </>
    );
  }
  return <Shown words={words} id={id} receipt={answer} />;
}

function Shown({ words, id, receipt }: { words: Language; id: string; receipt: ErasureReceipt }): JSX.Element {
  const proof: [string, string][] = [
    [words.say('op.receipt_signed'), hexadecimal(receipt.signedBytes)],
    [words.say('op.receipt_signature'), hexadecimal(receipt.signature)],
    [words.say('op.receipt_key'), hexadecimal(receipt.signingKey)],
  ];
  return (
    <>
      <h1>{words.say('op.receipt_title')}</h1>
      <p class="lead" role="status">
        {words.say('op.receipt_about', { time: sayMoment(words, receipt.destroyTime) })}
      </p>
      <Facts
        lines={[
          [words.say('op.receipt_number'), id],
          [words.say('op.record_enrolled'), sayMoment(words, receipt.enrolTime)],
          [words.say('op.receipt_destroyed'), sayMoment(words, receipt.destroyTime)],
          [words.say('op.receipt_cleared'), sayMoment(words, receipt.clearTime)],
        ]}
      />
      <Copies words={words} receipt={receipt} />
      <PrintButton words={words} />
      <h2>{words.say('op.receipt_proof')}</h2>
      <p>{words.say('op.receipt_proof_about')}</p>
      <Facts lines={proof} />
    </>
  );
}
