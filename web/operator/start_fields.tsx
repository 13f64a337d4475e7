// SPDX-License-Identifier: Apache-2.0
// What the forms of the first start are made of: the set-up code, a passphrase, what the node said against it, and a memory
// for what is no secret.
import type { CallOptions } from '@connectrpc/connect';
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { Language } from '../shared/language';
import type { Refusal } from '../shared/refusal';
import { link } from '../shared/route';
import { Refused } from './refused';

export const PASSPHRASE_MIN = 12;

/** What was typed, for this tab; never for a secret. */
export function useDraft(name: string): [string, (value: string) => void] {
  const key = `aangan.start.${name}`;
  const [value, setValue] = useState(() => sessionStorage.getItem(key) ?? '');
  const write = (next: string) => {
    sessionStorage.setItem(key, next);
    setValue(next);
  };
  return [value, write];
}

/** The code in the place of a token. Whatever can not be in one is left out, so that every try is an answer. */
export function withCode(code: string): CallOptions {
  return { headers: { authorization: `Bearer ${code.replace(/[^A-Za-z2-7-]/g, '')}` } };
}

export function CodeField({ words, code, write }: { words: Language; code: string; write: (value: string) => void }): JSX.Element {
  const help = useId();
  return (
    <div class="field">
      <label>
        {words.say('start.code')}
        <input autocomplete="off" autocapitalize="none" spellcheck={false} required value={code} aria-describedby={help} onInput={(event) => write(event.currentTarget.value)} />
      </label>
      <small id={help}>
        {words.say('start.code_help')} <code>aangan setup-code</code>
      </small>
    </div>
  );
}

/** A secret under its label, which can be shown; browsers keep nothing of it. */
export function SecretField(props: { words: Language; label: string; help?: string; shown: boolean; value: string; write: (value: string) => void }): JSX.Element {
  const help = useId();
  return (
    <div class="field">
      <label>
        {props.label}
        <input
          type={props.shown ? 'text' : 'password'}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          required
          value={props.value}
          aria-describedby={props.help ? help : undefined}
          onInput={(event) => props.write(event.currentTarget.value)}
        />
      </label>
      {props.help && <small id={help}>{props.help}</small>}
    </div>
  );
}

export function Tick({ label, on, turn }: { label: string; on: boolean; turn: (on: boolean) => void }): JSX.Element {
  return (
    <label>
      <input type="checkbox" checked={on} onChange={(event) => turn(event.currentTarget.checked)} /> {label}
    </label>
  );
}

export function BackToChoice({ words }: { words: Language }): JSX.Element {
  return (
    <p>
      <a href={link('start')}>{words.say('start.back')}</a>
    </p>
  );
}

/** What is wrong, in sight of the button: what the page knows itself, else what the node said. */
export function Wrong({ words, own, refusal }: { words: Language; own: string | undefined; refusal: Refusal | undefined }): JSX.Element | null {
  const isCode = refusal?.trouble === 'trouble.sign_in';
  const said = own ?? (isCode ? 'start.code_wrong' : refusal?.reason === 'NOT_ALLOWED' ? 'start.not_here' : undefined);
  if (!said) return <Refused words={words} refusal={refusal} roles={[]} />;
  return (
    <p class="problem" role="alert">
      {words.say(said)} {isCode && !own && <code>aangan setup-code</code>}
    </p>
  );
}
