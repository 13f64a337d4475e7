// SPDX-License-Identifier: Apache-2.0
// A new node: the set-up code and a passphrase, typed twice. Who has a join code comes to the page for it afterwards.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { link } from '../shared/route';
import { useAct } from './ask';
import type { FirstStartProps } from './first_start';
import { BackToChoice, CodeField, PASSPHRASE_MIN, SecretField, Tick, withCode, Wrong } from './start_fields';

export function NewNodeForm({ data, words, joins }: FirstStartProps & { joins: boolean }): JSX.Element {
  const [code, setCode] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [shown, setShown] = useState(false);
  const [own, setOwn] = useState<string | undefined>();
  const { busy, refusal, act } = useAct(data);
  const make = async (event: Event) => {
    event.preventDefault();
    const wrong = [...passphrase].length < PASSPHRASE_MIN ? 'start.passphrase_short' : passphrase !== again ? 'start.passphrase_differs' : undefined;
    setOwn(wrong);
    if (wrong) return;
    if (!(await act(() => data.calls.setup.startNewNode({ passphrase }, withCode(code))))) return;
    setPassphrase('');
    setAgain('');
    location.hash = link(joins ? 'join' : 'home');
    await data.lookAtSetup();
  };
  return (
    <form class="fields" onSubmit={(event) => void make(event)}>
      <h1>{words.say(joins ? 'start.join' : 'start.new')}</h1>
      {joins && <p class="lead">{words.say('start.join_first')}</p>}
      <CodeField words={words} code={code} write={setCode} />
      <SecretField words={words} label={words.say('start.passphrase')} help={words.say('start.passphrase_help')} shown={shown} value={passphrase} write={setPassphrase} />
      <SecretField words={words} label={words.say('start.passphrase_again')} shown={shown} value={again} write={setAgain} />
      <Tick label={words.say('start.passphrase_show')} on={shown} turn={setShown} />
      <Wrong words={words} own={own} refusal={refusal} />
      <button type="submit" disabled={busy}>
        {words.say(busy ? 'start.making' : 'start.make')}
      </button>
      <BackToChoice words={words} />
    </form>
  );
}
