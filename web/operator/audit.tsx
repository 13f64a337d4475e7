// SPDX-License-Identifier: Apache-2.0
// Who did what: what the node wrote down, newest first, of all or of one member.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { AuditAction, type AuditEntry } from '../generated/aangan/node/v1/audit_pb';
import { DataTable, type Column } from '../shared/parts';
import type { Language } from '../shared/language';
import { useAct } from './ask';
import { sayMoment } from './dates';
import { Refused } from './refused';
import type { RoomProps } from './rooms';

// What was done; one that a newer node has, by its name in English, as the command says it.
function ActionName({ words, action }: { words: Language; action: AuditAction }): JSX.Element {
  const name = (AuditAction[action] ?? String(action)).toLowerCase();
  const said = words.find(`op.action.${name}`);
  return said ? <>{said}</> : <span lang="en">{name.replaceAll('_', ' ')}</span>;
}

interface Found {
  member: string;
  entries: AuditEntry[];
  next: string;
}

const NOTHING: Found = { member: '', entries: [], next: '' };

export function Audit({ data, words }: RoomProps): JSX.Element {
  const [member, setMember] = useState('');
  const [found, setFound] = useState<Found>(NOTHING);
  const { busy, refusal, act } = useAct(data);
  // Older entries are of the member who was asked for, whatever stands in the field by then.
  const list = (before: Found) =>
    act(async () => {
      const page = await data.calls.audit.listAuditEntries({ member: before.member, pageToken: before.next, pageSize: 50 });
      setFound({ ...before, entries: [...before.entries, ...page.auditEntries], next: page.nextPageToken });
    });
  useEffect(() => void list(NOTHING), [data]);
  const search = (event: Event) => {
    event.preventDefault();
    setFound(NOTHING);
    void list({ ...NOTHING, member: member.trim() });
  };
  return (
    <>
      <h1>{words.say('op.nav.audit')}</h1>
      <p>{words.say('op.audit_about')}</p>
      <form class="search" onSubmit={search}>
        <label for="member">{words.say('op.audit_member')}</label>
        <input id="member" placeholder="members/…" autocomplete="off" value={member} onInput={(event) => setMember(event.currentTarget.value)} />
        <button type="submit" disabled={busy}>
          {words.say('op.audit_search')}
        </button>
      </form>
      <Refused words={words} refusal={refusal} roles={['steward', 'auditor']} />
      {found.entries.length > 0 && <Entries words={words} entries={found.entries} isOfAll />}
      {found.next && (
        <button type="button" class="quiet" disabled={busy} onClick={() => void list(found)}>
          {words.say('op.audit_more')}
        </button>
      )}
    </>
  );
}

/** With `isOfAll` each entry says what it is of. */
export function Entries(props: { words: Language; entries: AuditEntry[]; isOfAll?: boolean }): JSX.Element {
  const { words, entries, isOfAll = false } = props;
  const of: Column<AuditEntry> = { title: words.say('op.audit_of'), cell: (each) => <span class="address">{each.resource}</span> };
  return (
    <DataTable
      caption={words.say('op.nav.audit')}
      rows={entries}
      columns={[
        { title: words.say('op.audit_time'), cell: (each) => sayMoment(words, each.time) },
        { title: words.say('op.audit_what'), cell: (each) => <ActionName words={words} action={each.action} /> },
        { title: words.say('op.audit_who'), cell: (each) => each.actor },
        ...(isOfAll ? [of] : []),
      ]}
    />
  );
}
