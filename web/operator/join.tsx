// SPDX-License-Identifier: Apache-2.0
// Joining a federation with the code that its staff gave, and the two phrases that are then compared by telephone.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { JoinFederationResponse } from '../generated/aangan/node/v1/governance_pb';
import type { Language } from '../shared/language';
import { link } from '../shared/route';
import { useAct } from './ask';
import { Facts, Field } from './forms';
import { Refused } from './refused';
import type { RoomProps } from './rooms';
import { SecretField, useDraft } from './start_fields';

export function Join({ data, words }: RoomProps): JSX.Element {
  const [federationAddress, setFederation] = useDraft('federation');
  const [enrolmentAddress, setEnrolment] = useDraft('enrolment');
  const [joinToken, setToken] = useState('');
  const [joined, setJoined] = useState<JoinFederationResponse | undefined>();
  const { busy, refusal, act } = useAct(data);
  if (joined) return <Joined words={words} joined={joined} />;
  const join = async (event: Event) => {
    event.preventDefault();
    const call = async () => setJoined(await data.calls.governance.joinFederation({ federationAddress, enrolmentAddress, joinToken: joinToken.trim() }));
    if (await act(call)) await data.load();
  };
  return (
    <form class="fields" onSubmit={(event) => void join(event)}>
      <h1>{words.say('join.title')}</h1>
      <p class="lead">{words.say('join.about')}</p>
      <SecretField words={words} label={words.say('join.code')} help={words.say('join.code_help')} shown={false} value={joinToken} write={setToken} />
      <Field label={words.say('join.federation')} help={words.say('join.federation_help')} required value={federationAddress} write={setFederation} />
      <Field label={words.say('join.enrolment')} help={words.say('join.enrolment_help')} required value={enrolmentAddress} write={setEnrolment} />
      <Refused words={words} refusal={refusal} roles={['operator', 'steward']} />
      <button type="submit" disabled={busy}>
        {words.say(busy ? 'join.asked' : 'join.button')}
      </button>
    </form>
  );
}

function Joined({ words, joined }: { words: Language; joined: JoinFederationResponse }): JSX.Element {
  const lines: [string, string][] = [
    [words.say('join.own_phrase'), joined.fingerprintPhrase],
    [words.say('join.federation_phrase'), joined.federationPhrase],
  ];
  return (
    <section role="status">
      <h1>{words.say('join.done', { collective: joined.collective })}</h1>
      <p class="lead">{words.say('join.compare')}</p>
      <Facts lines={lines.map(([what, said]) => [what, <span lang="en">{said}</span>])} />
      <p>
        <a role="button" href={link('roster')}>
          {words.say('join.next')}
        </a>
      </p>
    </section>
  );
}
