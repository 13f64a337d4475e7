// SPDX-License-Identifier: Apache-2.0
// A node again from its backup: where it lies, where the key file lies, and what opens it: the passphrase of the node that
// was, or parts of its key and a new passphrase.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Language } from '../shared/language';
import { useAct } from './ask';
import type { FirstStartProps } from './first_start';
import { Field } from './forms';
import { BackToChoice, CodeField, SecretField, Tick, useDraft, withCode, Wrong } from './start_fields';

const PARTS_MAX = 14;

export function RestoreForm({ data, words, setup }: FirstStartProps): JSX.Element {
  const [code, setCode] = useState('');
  const [folder, setFolder] = useDraft('folder');
  const [keysFrom, setKeysFrom] = useDraft('keys_from');
  const [passphrase, setPassphrase] = useState('');
  const [shown, setShown] = useState(false);
  const [parts, setParts] = useState<string[]>([]);
  const [acceptOlder, setAcceptOlder] = useState(false);
  const [loseMembersWithoutKey, setLose] = useState(false);
  const { busy, refusal, act } = useAct(data);
  const isByParts = parts.length > 0;
  const begin = async (event: Event) => {
    event.preventDefault();
    const wish = { folder, keysFrom, passphrase, parts: parts.filter((each) => each.trim() !== ''), acceptOlder, loseMembersWithoutKey };
    if (await act(() => data.calls.setup.restoreBackup(wish, withCode(code)))) await data.lookAtSetup();
  };
  return (
    <form class="fields" onSubmit={(event) => void begin(event)}>
      <h1>{words.say('start.restore')}</h1>
      {setup.restoreReason && (
        <div class="note note-attention" role="alert">
          <p>{words.say('start.restore_failed')}</p>
          <p lang="en">{setup.restoreMessage || setup.restoreReason}</p>
        </div>
      )}
      <CodeField words={words} code={code} write={setCode} />
      <Field label={words.say('start.folder')} help={words.say('start.folder_help')} required value={folder} write={setFolder} />
      <Field label={words.say('start.keys')} help={words.say('start.keys_help')} required value={keysFrom} write={setKeysFrom} />
      <Tick label={words.say('start.parts_question')} on={isByParts} turn={(on) => setParts(on ? ['', ''] : [])} />
      <Parts words={words} parts={parts} write={setParts} />
      <SecretField
        words={words}
        label={words.say(isByParts ? 'start.next_passphrase' : 'start.old_passphrase')}
        shown={shown}
        value={passphrase}
        write={setPassphrase}
      />
      <Tick label={words.say('start.passphrase_show')} on={shown} turn={setShown} />
      <Tick label={words.say('start.older')} on={acceptOlder} turn={setAcceptOlder} />
      <Tick label={words.say('start.lose')} on={loseMembersWithoutKey} turn={setLose} />
      <Wrong words={words} own={undefined} refusal={refusal} />
      <button type="submit" disabled={busy}>
        {words.say('start.restore_begin')}
      </button>
      <BackToChoice words={words} />
    </form>
  );
}

/** Eight lines each, as they are on paper. */
function Parts({ words, parts, write }: { words: Language; parts: string[]; write: (parts: string[]) => void }): JSX.Element | null {
  if (parts.length === 0) return null;
  return (
    <>
      {parts.map((part, index) => (
        <label key={index}>
          {words.say('start.part', { number: index + 1 })}
          <textarea
            rows={8}
            autocomplete="off"
            spellcheck={false}
            value={part}
            onInput={(event) => write(parts.map((each, at) => (at === index ? event.currentTarget.value : each)))}
          />
        </label>
      ))}
      {parts.length < PARTS_MAX && (
        <button type="button" class="quiet" onClick={() => write([...parts, ''])}>
          {words.say('start.part_more')}
        </button>
      )}
    </>
  );
}
