// SPDX-License-Identifier: Apache-2.0
// How the figures come to be and what they do not do, in plain words.
import type { JSX } from 'preact';
import { useView } from './context';

const PARTS: [string, number][] = [
  ['made', 4],
  ['read', 4],
  ['limits', 7],
];

export function MethodPage(): JSX.Element {
  const { words, catalogue } = useView();
  return (
    <article class="method">
      <h1>{words.say('method.title')}</h1>
      {PARTS.map(([part, count]) => (
        <section key={part}>
          <h2>{words.say(`method.${part}`)}</h2>
          <ul>
            {Array.from({ length: count }, (_, index) => (
              <li key={index}>{words.say(`method.${part}_${index + 1}`)}</li>
            ))}
          </ul>
        </section>
      ))}
      <p>{words.say('method.catalogue', { version: catalogue.version })}</p>
    </article>
  );
}
