// SPDX-License-Identifier: Apache-2.0
// Steps that nobody takes alone: asks for the second person's yes, and goes on with it once it is there.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { PermitKind, PermitState, type Permit } from '../generated/aangan/node/v1/permits_pb';
import type { Language } from '../shared/language';
import { refusalOf, type Refusal } from '../shared/refusal';
import { link } from '../shared/route';
import { useAct } from './ask';
import { everyPage, type Calls } from './calls';
import type { NodeData } from './data';
import { hexadecimal } from './dates';
import { Refused, type RoleName } from './refused';

interface Need {
  kind: PermitKind;
  subject: string;
  digest: string;
}

function needOf(refusal: Refusal | undefined): Need | undefined {
  if (refusal?.reason !== 'PERMIT_NEEDED') return undefined;
  const { kind = '', subject = '', digest = '' } = refusal.about;
  const number = PermitKind[kind.replace('PERMIT_KIND_', '') as keyof typeof PermitKind];
  return number ? { kind: number, subject, digest } : undefined;
}

export function listPermits(calls: Calls): Promise<Permit[]> {
  return everyPage(async (pageToken) => {
    const page = await calls.permits.listPermits({ pageSize: 200, pageToken });
    return { rows: page.permits, nextPageToken: page.nextPageToken };
  });
}

/** The permit of this very request that is so far, if there is one. */
async function permitOf(calls: Calls, need: Need, state: PermitState): Promise<Permit | undefined> {
  const permits = await listPermits(calls);
  return permits.find(
    (each) =>
      each.kind === need.kind && each.subject === need.subject && each.state === state && hexadecimal(each.requestDigest) === need.digest,
  );
}

/** Does the work; if it needs a second person's yes and this yes is there, does it with that. */
export async function withPermit<Result>(calls: Calls, work: (permit: string) => Promise<Result>): Promise<Result> {
  try {
    return await work('');
  } catch (error) {
    const need = needOf(refusalOf(error));
    const permit = need && (await permitOf(calls, need, PermitState.APPROVED));
    if (!permit) throw error;
    return await work(permit.name);
  }
}

function bytesOf(digest: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(digest.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** What the node said against a step; where a second person's yes is missing, the button that asks for it. */
export function Against(props: { data: NodeData; words: Language; refusal: Refusal | undefined; roles: RoleName[] }): JSX.Element | null {
  const { data, words, refusal, roles } = props;
  const need = needOf(refusal);
  return need ? <PermitStep data={data} words={words} need={need} key={need.digest} /> : <Refused words={words} refusal={refusal} roles={roles} />;
}

function PermitStep({ data, words, need }: { data: NodeData; words: Language; need: Need }): JSX.Element {
  const [asked, setAsked] = useState<Permit | undefined>();
  const { busy, refusal, act } = useAct(data);
  const ask = () =>
    void act(async () => {
      const before = await permitOf(data.calls, need, PermitState.ASKED);
      const permit = { kind: need.kind, subject: need.subject, requestDigest: bytesOf(need.digest) };
      setAsked(before ?? (await data.calls.permits.createPermit({ permit })));
    });
  return (
    <div class="note note-attention" role="alert">
      <p>{words.say('op.permit_needed')}</p>
      {asked ? (
        <>
          <p>{words.say('op.permit_asked', { time: asked.expireTime ? words.dateAndTime(timestampDate(asked.expireTime)) : '–' })}</p>
          <a href={link('permits')}>{words.say('op.nav.permits')}</a>
        </>
      ) : (
        <button type="button" disabled={busy} onClick={ask}>
          {words.say('op.permit_ask')}
        </button>
      )}
      <Refused words={words} refusal={refusal} roles={['caseworker', 'operator', 'steward', 'auditor']} />
    </div>
  );
}
