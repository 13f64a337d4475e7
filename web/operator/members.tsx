// SPDX-License-Identifier: Apache-2.0
// Finding a member by her name. The name that is searched for and what is found are in this room's memory alone.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Member } from '../generated/aangan/node/v1/members_pb';
import { DataTable } from '../shared/parts';
import { useAct } from './ask';
import { Field } from './forms';
import { idOf } from './names';
import { MemberLink } from './of_member';
import { Refused } from './refused';
import type { RoomProps } from './rooms';

interface Found {
  query: string;
  members: Member[];
  next: string;
}

export function Members({ data, words }: RoomProps): JSX.Element {
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<Found | undefined>();
  const { busy, refusal, act } = useAct(data);
  const search = (event: Event) => {
    event.preventDefault();
    const asked = query.trim();
    setFound(undefined);
    void act(async () => {
      const page = await data.calls.members.searchMembers({ query: asked, pageSize: 50 });
      setFound({ query: asked, members: page.members, next: page.nextPageToken });
    });
  };
  const more = (before: Found) =>
    void act(async () => {
      const page = await data.calls.members.searchMembers({ query: before.query, pageSize: 50, pageToken: before.next });
      setFound({ ...before, members: [...before.members, ...page.members], next: page.nextPageToken });
    });
  return (
    <>
      <h1>{words.say('op.nav.members')}</h1>
      <p class="lead">{words.say('op.members_about')}</p>
      <form class="search" onSubmit={search}>
        <Field label={words.say('op.members_name')} help={words.say('op.members_name_help')} required value={query} write={setQuery} />
        <button type="submit" disabled={busy}>
          {words.say('op.audit_search')}
        </button>
      </form>
      <Refused words={words} refusal={refusal} roles={['caseworker']} />
      {found && <FoundList found={found} words={words} />}
      {found?.next && (
        <button type="button" class="quiet" disabled={busy} onClick={() => more(found)}>
          {words.say('op.members_more')}
        </button>
      )}
    </>
  );
}

function FoundList({ found, words }: { found: Found } & Pick<RoomProps, 'words'>): JSX.Element {
  if (found.members.length === 0) return <p role="status">{words.say('op.members_none')}</p>;
  return (
    <DataTable
      caption={words.say('op.members_found', { count: found.members.length })}
      rows={found.members}
      columns={[
        {
          title: words.say('op.name'),
          cell: (each) => <MemberLink page="record" id={idOf(each.name)} title={each.details?.fullName || idOf(each.name)} />,
        },
        { title: words.say('op.record_birth_year'), number: true, cell: (each) => each.birthYear || '–' },
        { title: words.say('op.record_enrolled'), cell: (each) => words.periodShort(each.enrolmentQuarter) },
      ]}
    />
  );
}
