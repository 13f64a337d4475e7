// SPDX-License-Identifier: Apache-2.0
// The rooms about one member. Who she is stays in the memory of this page and is gone once they are left: her number is in no
// address, so that no history of a browser (which may be copied to other computers) and no head of a printed page has it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Language } from '../shared/language';
import { link, parseRoute } from '../shared/route';
import { Field } from './forms';
import type { RoomProps } from './rooms';

const PAGES = ['record', 'consent', 'erase', 'receipt', 'seal'];

let chosen = '';

export function chooseMember(id: string): void {
  chosen = id;
}

addEventListener('hashchange', () => {
  if (!PAGES.includes(parseRoute(location.hash).page)) chosen = '';
});

/** Leads into a room about her. */
export function MemberLink({ page, id, title }: { page: string; id: string; title: string }): JSX.Element {
  return (
    <a href={link(page)} onClick={() => chooseMember(id)}>
      {title}
    </a>
  );
}

/** A room about the member who was chosen before; where none was, it asks for her number. */
export function OfMember({ room: Room, data, words }: RoomProps & { room: (props: RoomProps) => JSX.Element }): JSX.Element {
  const [id, setId] = useState(chosen);
  if (id) return <Room data={data} words={words} id={id} />;
  const open = (member: string) => {
    chooseMember(member);
    setId(member);
  };
  return <Which words={words} open={open} />;
}

function Which({ words, open }: { words: Language; open: (id: string) => void }): JSX.Element {
  const [number, setNumber] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    open(number.trim().replace(/^members\//, ''));
  };
  return (
    <>
      <h1>{words.say('op.member')}</h1>
      <p class="lead">{words.say('op.member_which')}</p>
      <form class="search" onSubmit={submit}>
        <Field label={words.say('op.receipt_number')} required value={number} write={setNumber} />
        <button type="submit">{words.say('op.member_open')}</button>
      </form>
      <p class="steps">
        <a href={link('members')}>{words.say('op.nav.members')}</a>
      </p>
    </>
  );
}
