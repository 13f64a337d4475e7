// SPDX-License-Identifier: Apache-2.0
// The roster: which collectives take part and with which key. Each phrase is compared by telephone, then it is signed.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { JSX } from 'preact';
import type { ShowRosterResponse } from '../generated/aangan/node/v1/governance_pb';
import type { Language } from '../shared/language';
import { DataTable } from '../shared/parts';
import { useAct, useAsked } from './ask';
import type { NodeData } from './data';
import { hexadecimal } from './dates';
import { PrintButton, TwoWays, Waiting } from './forms';
import { codeName } from './names';
import { Refused } from './refused';
import type { RoomProps } from './rooms';

export function RosterRoom({ data, words }: RoomProps): JSX.Element {
  const { answer, refusal, again } = useAsked(data, () => data.calls.governance.showRoster({}));
  return (
    <>
      <h1>{words.say('op.nav.roster')}</h1>
      {refusal?.reason === 'NOT_FOUND' ? (
        <p class="lead">{words.say('op.roster_none')}</p>
      ) : (
        <Refused words={words} refusal={refusal} roles={['operator', 'steward', 'auditor']} />
      )}
      {!answer && !refusal && <Waiting words={words} />}
      {answer && <Shown data={data} words={words} shown={answer} done={again} />}
    </>
  );
}

interface ShownProps {
  data: NodeData;
  words: Language;
  shown: ShowRosterResponse;
  done: () => void;
}

function Shown({ data, words, shown, done }: ShownProps): JSX.Element {
  const signed = shown.signedRoster;
  const roster = signed?.roster;
  const rows = (roster?.collectives ?? []).map((each, index) => ({
    collective: each,
    phrase: shown.fingerprintPhrases[index] ?? '',
    hasSigned: signed?.signatures.some((signature) => signature.collective === each.id) ?? false,
  }));
  return (
    <>
      <p class="lead">
        {words.say(shown.signedHere ? 'op.roster_signed' : 'op.roster_unsigned')}{' '}
        {words.say(signed?.inForce ? 'roster.in_force' : 'roster.waiting', { epoch: roster?.epoch ?? 0 })}
      </p>
      {roster?.expireTime && <p>{words.say('roster.expires', { date: words.date(timestampDate(roster.expireTime)) })}</p>}
      {data.status?.fingerprintPhrase && <p>{words.say('op.roster_own', { phrase: data.status.fingerprintPhrase })}</p>}
      <DataTable
        caption={words.say('roster.title')}
        rows={rows}
        columns={[
          { title: words.say('roster.collective'), cell: (each) => <span lang="en">{each.collective.title || each.collective.id}</span> },
          { title: words.say('op.roster_phrase'), cell: (each) => <strong lang="en">{each.phrase}</strong> },
          { title: words.say('roster.state'), cell: (each) => codeName(words, 'state', each.collective.state) },
          { title: words.say('roster.run_by'), cell: (each) => each.collective.runBy || '–' },
          { title: words.say('roster.signed'), cell: (each) => words.say(each.hasSigned ? 'roster.yes' : 'roster.not_yet') },
        ]}
      />
      <p class="address">{words.say('op.check_number', { number: hexadecimal(signed?.digest ?? new Uint8Array()) })}</p>
      {shown.signedHere ? <PrintButton words={words} /> : <Sign data={data} words={words} shown={shown} done={done} />}
    </>
  );
}

function Sign({ data, words, shown, done }: ShownProps): JSX.Element {
  const { busy, refusal, act } = useAct(data);
  const sign = async () => {
    if (!(await act(() => data.calls.governance.signRoster({ digest: shown.signedRoster?.digest ?? new Uint8Array() })))) return;
    done();
    await data.load();
  };
  return (
    <>
      <TwoWays
        busy={busy}
        ways={[
          { say: words.say('op.roster_sign'), about: words.say('op.roster_sign_about'), run: () => void sign() },
          {
            say: words.say('op.roster_wait'),
            about: words.say('op.roster_wait_about'),
            run: () => {
              location.hash = '#/home';
            },
          },
        ]}
      />
      <Refused words={words} refusal={refusal} roles={['steward']} />
    </>
  );
}
