// SPDX-License-Identifier: Apache-2.0
// What a room says where the node refused: whose this is, what to put right, or what to do next.
import { Code } from '@connectrpc/connect';
import type { JSX } from 'preact';
import type { Language } from '../shared/language';
import type { Refusal } from '../shared/refusal';

/** Roles as the node names them. */
export type RoleName = 'member' | 'caseworker' | 'operator' | 'steward' | 'auditor';

/** All of one code, and each needs something else done: the node's own words say what. */
const SAYS_MORE = ['DISK_RESERVE', 'TOO_MANY', 'BUSY'];

function sentence(words: Language, refusal: Refusal, roles: RoleName[]): string {
  const named = (role: string) => words.find(`op.role_${role}`) ?? role;
  switch (refusal.reason) {
    case 'NOT_ALLOWED':
      if (!refusal.about.role) break;
      return words.say('op.not_yours', { roles: words.list(roles.map(named)), role: named(refusal.about.role) });
    case 'PERMIT_NEEDED':
      return words.say('op.permit_needed');
    case 'GRANT_NEEDED':
      return words.say('op.grant_needed');
    case 'STALE_ETAG':
    case 'PROPOSAL_CHANGED':
      return words.say('op.stale');
    case 'SEALED':
      return words.say('op.sealed');
    case 'NOT_FOUND':
      return words.say('op.not_found');
  }
  if (refusal.reason === 'DISK_RESERVE') return words.say(refusal.trouble);
  const isKnown = SAYS_MORE.includes(refusal.reason) || refusal.fields.length > 0 || [Code.FailedPrecondition, Code.AlreadyExists, Code.InvalidArgument].includes(refusal.code);
  return words.say(isKnown ? 'op.put_right' : refusal.trouble);
}

/** `roles`: whose it is. Field and fix are in the node's own words, which are English. */
export function Refused({ words, refusal, roles }: { words: Language; refusal: Refusal | undefined; roles: RoleName[] }): JSX.Element | null {
  if (!refusal) return null;
  const said = sentence(words, refusal, roles);
  return (
    <div class="note note-attention" role="alert">
      <p>{said}</p>
      {refusal.fields.length > 0 ? (
        <ul lang="en">
          {refusal.fields.map((each) => (
            <li key={each.field}>
              <code>{each.field}</code>: {each.fix}
            </li>
          ))}
        </ul>
      ) : (
        (said === words.say('op.put_right') || SAYS_MORE.includes(refusal.reason)) && <p lang="en">{refusal.message}</p>
      )}
    </div>
  );
}
