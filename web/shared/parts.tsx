// SPDX-License-Identifier: Apache-2.0
// Parts that both pages are made of: the head with languages, the form to sign in, sentences of trouble, tables.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { LANGUAGES, type Language, type LanguageId } from './language';
import { signIn, type SignIn, type Trouble } from './session';

export function LanguageChoice({ words, choose }: { words: Language; choose: (id: LanguageId) => void }): JSX.Element {
  return (
    <label class="language">
      <span class="only-read">{words.say('head.language')}</span>
      <select value={words.id} onChange={(event) => choose(event.currentTarget.value as LanguageId)}>
        {Object.entries(LANGUAGES).map(([id, name]) => (
          <option key={id} value={id} lang={id} selected={id === words.id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface OfCatalogueProps {
  words: Language;
  name: string;
  text: string;
  isSigned?: boolean;
}

/** A text of the catalogue in the reader's language; with `isSigned` also the words that are signed, below it. */
export function OfCatalogue({ words, name, text, isSigned = false }: OfCatalogueProps): JSX.Element {
  const translation = words.id === 'en' ? undefined : words.translation(name, text);
  const signed = <span lang="en">{text}</span>;
  if (translation === undefined) return signed;
  return (
    <>
      {translation}
      {isSigned && <br />}
      {isSigned && signed}
    </>
  );
}

/** A token in, a cookie out; the token is never kept by the page. */
export function SignInForm({ words, about, done }: { words: Language; about: string; done: () => void }): JSX.Element {
  const [token, setToken] = useState('');
  const [result, setResult] = useState<SignIn | 'asked' | undefined>();
  const failed = result === 'refused' || result === 'brake' || result === 'no_link';
  const submit = async (event: Event) => {
    event.preventDefault();
    setResult('asked');
    const answer = await signIn(token.trim());
    setResult(answer);
    if (answer === 'done') done();
  };
  return (
    <form class="sign-in" onSubmit={submit}>
      <h1>{words.say('sign_in.title')}</h1>
      <p>{about}</p>
      <label for="token">{words.say('sign_in.token')}</label>
      <input
        id="token"
        type="password"
        autocomplete="off"
        spellcheck={false}
        required
        value={token}
        aria-describedby="token-help token-error"
        aria-invalid={failed ? 'true' : undefined}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <small id="token-help">{words.say('sign_in.help')}</small>
      <p id="token-error" role="alert" class="problem">
        {failed ? words.say(`sign_in.${result}`) : ''}
      </p>
      <button type="submit" disabled={result === 'asked'}>
        {words.say(result === 'asked' ? 'sign_in.asked' : 'sign_in.button')}
      </button>
    </form>
  );
}

export function TroubleNote({ words, trouble, again }: { words: Language; trouble: Trouble; again: () => void }): JSX.Element {
  return (
    <section class="note note-attention" role="alert">
      <p>{words.say(trouble)}</p>
      <button type="button" onClick={again}>
        {words.say('trouble.again')}
      </button>
    </section>
  );
}

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the right. */
  number?: boolean;
}

/**
 * A table whose first column names the row. On a narrow screen its rows stand below each other, each cell behind the title of
 * its column; the roles say that it is a table all the same, as some browsers forget it of what is no longer shown as one.
 */
export function DataTable<Row>(props: { caption: string; columns: Column<Row>[]; rows: Row[] }): JSX.Element {
  const [first, ...others] = props.columns;
  return (
    <div class="table" tabIndex={0} role="region" aria-label={props.caption}>
      <table role="table">
        <caption>{props.caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {props.columns.map((column) => (
              <th key={column.title} scope="col" role="columnheader" class={column.number ? 'number' : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {props.rows.map((row, index) => (
            <tr key={index} role="row">
              <th scope="row" role="rowheader">{first?.cell(row)}</th>
              {others.map((column) => (
                <td key={column.title} role="cell" data-title={column.title} class={column.number ? 'number' : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A chart with its title and, folded under it, its table: `draw` and the table are given the same rows. */
export function Chart<Row>(props: {
  title: string;
  note?: string;
  tableTitle: string;
  rows: Row[];
  columns: Column<Row>[];
  draw: (rows: Row[]) => ComponentChildren;
}): JSX.Element {
  return (
    <figure class="chart">
      <figcaption>
        <h2>{props.title}</h2>
        {props.note && <small>{props.note}</small>}
      </figcaption>
      {props.draw(props.rows)}
      <details class="rows">
        <summary>{props.tableTitle}</summary>
        <DataTable caption={props.title} columns={props.columns} rows={props.rows} />
      </details>
    </figure>
  );
}
