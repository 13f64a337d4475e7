// SPDX-License-Identifier: Apache-2.0
// What rooms ask with: a choice of two ways with what each brings about, a question before something is taken away.
import type { ComponentChildren, JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { Language } from '../shared/language';

export interface WayOut {
  say: string;
  about: string;
  run: () => void;
}

/** Two buttons of equal size, each with its consequence. */
export function TwoWays({ ways, busy, disabled = false }: { ways: [WayOut, WayOut]; busy: boolean; disabled?: boolean }): JSX.Element {
  const id = useId();
  return (
    <div class="word" aria-busy={busy}>
      {ways.map((way, index) => (
        <div key={way.say}>
          <button type="button" disabled={busy || (disabled && index === 0)} aria-describedby={`${id}-${index}`} onClick={way.run}>
            {way.say}
          </button>
          <p id={`${id}-${index}`}>{way.about}</p>
        </div>
      ))}
    </div>
  );
}

/** A button that takes something away: what that means is said first. */
export function AskFirst(props: { words: Language; say: string; about: string; busy: boolean; run: () => void }): JSX.Element {
  const { words, say, about, busy, run } = props;
  const [isOpen, setOpen] = useState(false);
  if (!isOpen) {
    return (
      <button type="button" class="quiet" disabled={busy} onClick={() => setOpen(true)}>
        {say}
      </button>
    );
  }
  return (
    <TwoWays
      busy={busy}
      ways={[
        {
          say,
          about,
          run: () => {
            setOpen(false);
            run();
          },
        },
        { say: words.say('op.leave_it'), about: words.say('op.leave_it_about'), run: () => setOpen(false) },
      ]}
    />
  );
}

/** A list to choose one of, under its label. */
export function Choose(props: {
  label: string;
  value: string;
  options: [value: string, title: string][];
  choose: (value: string) => void;
}): JSX.Element {
  return (
    <label>
      {props.label}
      <select value={props.value} onChange={(event) => props.choose(event.currentTarget.value)}>
        {props.options.map(([value, title]) => (
          <option key={value} value={value} selected={value === props.value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A field under its label. Browsers keep nothing of it. */
export function Field(props: {
  label: string;
  value: string;
  write: (value: string) => void;
  type?: 'text' | 'date' | 'number';
  help?: string;
  required?: boolean;
}): JSX.Element {
  const help = useId();
  return (
    <div class="field">
      <label>
        {props.label}
        <input
          type={props.type ?? 'text'}
          autocomplete="off"
          spellcheck={false}
          required={props.required}
          value={props.value}
          aria-describedby={props.help ? help : undefined}
          onInput={(event) => props.write(event.currentTarget.value)}
        />
      </label>
      {props.help && <small id={help}>{props.help}</small>}
    </div>
  );
}

/** What is known of one thing: a title and what it is, line by line. */
export function Facts({ lines }: { lines: [string, ComponentChildren][] }): JSX.Element {
  return (
    <dl class="facts">
      {lines.map(([what, said]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{said}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Waiting({ words }: { words: Language }): JSX.Element {
  return <p role="status">{words.say('op.waiting')}</p>;
}

export function PrintButton({ words }: { words: Language }): JSX.Element {
  return (
    <button type="button" class="quiet" onClick={() => print()}>
      {words.say('foot.print')}
    </button>
  );
}
