// SPDX-License-Identifier: Apache-2.0
// Backups, and who did what: two lists of what the node wrote down.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { AuditAction } from '../generated/aangan/node/v1/audit_pb';
import { BackupState } from '../generated/aangan/node/v1/backups_pb';
import type { Language } from '../shared/language';
import { DataTable } from '../shared/parts';
import type { NodeData } from './data';

export function Backups({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const title = words.say('op.nav.backups');
  return (
    <>
      <h1>{title}</h1>
      <p>{words.say('op.backups_about')}</p>
      {data.backups.length === 0 ? (
        <p>{words.say('op.backup_none')}</p>
      ) : (
        <DataTable
          caption={title}
          rows={data.backups}
          columns={[
            {
              title: words.say('op.backups_made'),
              cell: (each) => (each.createTime ? words.dateAndTime(timestampDate(each.createTime)) : each.name),
            },
            {
              title: words.say('op.backups_state'),
              cell: (each) => (each.state === BackupState.UNSPECIFIED ? '–' : words.say(`op.backups_${each.state}`)),
            },
          ]}
        />
      )}
      <p>
        {words.say('op.command', { command: '' })} <code>aangan backup</code>
      </p>
    </>
  );
}

export function Audit({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const [member, setMember] = useState('');
  useEffect(() => void data.loadAudit('', false), [data]);
  const title = words.say('op.nav.audit');
  const action = (each: AuditAction) => (AuditAction[each] ?? '').toLowerCase().replaceAll('_', ' ');
  const search = (event: Event) => {
    event.preventDefault();
    void data.loadAudit(member.trim(), false);
  };
  return (
    <>
      <h1>{title}</h1>
      <p>{words.say('op.audit_about')}</p>
      <form class="search" onSubmit={search}>
        <label for="member">{words.say('op.audit_member')}</label>
        <input id="member" placeholder="members/…" autocomplete="off" value={member} onInput={(event) => setMember(event.currentTarget.value)} />
        <button type="submit">{words.say('op.audit_search')}</button>
      </form>
      {data.audit.length > 0 && (
        <DataTable
          caption={title}
          rows={data.audit}
          columns={[
            { title: words.say('op.audit_time'), cell: (each) => (each.time ? words.dateAndTime(timestampDate(each.time)) : '–') },
            { title: words.say('op.audit_what'), cell: (each) => <span lang="en">{action(each.action)}</span> },
            { title: words.say('op.audit_who'), cell: (each) => each.actor },
            { title: words.say('op.audit_of'), cell: (each) => each.resource },
          ]}
        />
      )}
      {data.auditNext && (
        <button type="button" class="quiet" onClick={() => void data.loadAudit(member.trim(), true)}>
          {words.say('op.audit_more')}
        </button>
      )}
    </>
  );
}
