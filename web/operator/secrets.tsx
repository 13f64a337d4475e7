// SPDX-License-Identifier: Apache-2.0
// Secrets that were made just now. The node shows each once and nobody can show it again, so they stand above every room,
// and above the form to sign in, until she says that she has them.
import type { JSX } from 'preact';
import type { Language } from '../shared/language';
import type { NodeData } from './data';

export function Secrets({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  return (
    <>
      {data.secrets.map((each) => (
        <section key={each.secret} class="note note-attention" role="status">
          <p>{words.say('op.secret_about', { title: each.title })}</p>
          {each.isRotated && <p>{words.say('op.secret_own')}</p>}
          <p class="address">
            <code>{each.secret}</code>
          </p>
          <button type="button" onClick={() => data.hasSecret(each)}>
            {words.say('op.secret_hide')}
          </button>
        </section>
      ))}
    </>
  );
}
