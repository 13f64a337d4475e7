// SPDX-License-Identifier: Apache-2.0
// People and access: who has a token and for what.
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Role, type Token } from '../generated/aangan/node/v1/access_pb';
import type { Language } from '../shared/language';
import { DataTable } from '../shared/parts';
import { useAct, useAsked } from './ask';
import { everyPage, type Calls } from './calls';
import type { NodeData } from './data';
import { sayDay, sayMoment } from './dates';
import { AskFirst, Choose, Field, Waiting } from './forms';
import { Grants } from './grants';
import { codeName, SENSITIVE_DOMAINS } from './names';
import { Against, withPermit } from './permit_step';
import { Refused } from './refused';
import type { RoomProps } from './rooms';

const ROLES: [Role, string][] = [
  [Role.CASEWORKER, 'caseworker'],
  [Role.OPERATOR, 'operator'],
  [Role.STEWARD, 'steward'],
  [Role.AUDITOR, 'auditor'],
  [Role.MEMBER, 'member'],
];

function roleName(words: Language, role: Role): string {
  const name = ROLES.find(([each]) => each === role)?.[1];
  return name ? words.say(`op.role_${name}`) : '–';
}

function listTokens(calls: Calls): Promise<Token[]> {
  return everyPage(async (pageToken) => {
    const page = await calls.access.listTokens({ pageSize: 200, pageToken });
    return { rows: page.tokens, nextPageToken: page.nextPageToken };
  });
}

export function Access({ data, words }: RoomProps): JSX.Element {
  // Whoever rotated her own token is signed out by it, so nothing is asked before she has the new secret.
  const { answer, refusal, again } = useAsked(data, () => listTokens(data.calls), data.secretsTaken);
  return (
    <>
      <h1>{words.say('op.nav.access')}</h1>
      <Refused words={words} refusal={refusal} roles={['steward']} />
      {!answer && !refusal && <Waiting words={words} />}
      {answer && (
        <>
          <p class="lead">{words.say('op.access_lead', { count: answer.length })}</p>
          <Tokens data={data} words={words} tokens={answer} again={again} />
          <NewToken data={data} words={words} />
        </>
      )}
      <Grants data={data} words={words} tokens={answer ?? []} />
    </>
  );
}

interface TokensProps {
  data: NodeData;
  words: Language;
  tokens: Token[];
  again: () => void;
}

function Tokens({ data, words, tokens, again }: TokensProps): JSX.Element {
  const { busy, refusal, act } = useAct(data);
  const rotate = (name: string) =>
    void act(async () => {
      const answer = await withPermit(data.calls, (permit) => data.calls.access.rotateToken({ name, permit }));
      data.showSecret({ title: answer.token?.title ?? '', secret: answer.secret, isRotated: true });
    });
  const end = async (name: string) => {
    if (await act(() => data.calls.access.deleteToken({ name }))) again();
  };
  return (
    <>
      <DataTable
        caption={words.say('op.tokens_title')}
        rows={tokens}
        columns={[
          {
            title: words.say('op.token_title'),
            cell: (each) => (
              <>
                {each.title || '–'}
                <br />
                <small class="address">{each.name}</small>
              </>
            ),
          },
          { title: words.say('op.token_role'), cell: (each) => roleName(words, each.role) + (each.member && ` · ${each.member}`) },
          { title: words.say('op.token_domains'), cell: (each) => each.sensitiveDomains.map((code) => codeName(words, 'domain', code)).join(', ') || '–' },
          { title: words.say('op.token_until'), cell: (each) => sayMoment(words, each.expireTime) },
          { title: words.say('op.token_used'), cell: (each) => sayDay(words, each.lastUsedDate) },
          {
            title: words.say('op.step'),
            cell: (each) => (
              <div class="row-steps">
                <AskFirst words={words} say={words.say('op.token_rotate')} about={words.say('op.token_rotate_about')} busy={busy} run={() => rotate(each.name)} />
                <AskFirst words={words} say={words.say('op.token_end')} about={words.say('op.token_end_about')} busy={busy} run={() => void end(each.name)} />
              </div>
            ),
          },
        ]}
      />
      <Against data={data} words={words} refusal={refusal} roles={['steward']} />
    </>
  );
}

function NewToken({ data, words }: Pick<TokensProps, 'data' | 'words'>): JSX.Element {
  const [role, setRole] = useState(Role.CASEWORKER);
  const [title, setTitle] = useState('');
  const [member, setMember] = useState('');
  const [until, setUntil] = useState('');
  const [domains, setDomains] = useState<string[]>([]);
  const { busy, refusal, act } = useAct(data);
  const create = (event: Event) => {
    event.preventDefault();
    const token = {
      role,
      title: title.trim(),
      member: role === Role.MEMBER ? member.trim() : '',
      sensitiveDomains: role === Role.CASEWORKER ? domains : [],
      // Until the end of that day in India.
      expireTime: until ? timestampFromDate(new Date(`${until}T18:30:00Z`)) : undefined,
    };
    void act(async () => {
      const answer = await withPermit(data.calls, (permit) => data.calls.access.createToken({ token, permit }));
      data.showSecret({ title: answer.token?.title ?? '', secret: answer.secret, isRotated: false });
    });
  };
  return (
    <form class="fields" onSubmit={create}>
      <h2>{words.say('op.token_new')}</h2>
      <Choose
        label={words.say('op.token_role')}
        value={String(role)}
        options={ROLES.map(([each]) => [String(each), roleName(words, each)])}
        choose={(value) => setRole(Number(value))}
      />
      <Field label={words.say('op.token_title')} help={words.say('op.token_title_help')} required value={title} write={setTitle} />
      {role === Role.MEMBER && <Field label={words.say('op.token_member')} required value={member} write={setMember} />}
      {role === Role.CASEWORKER && <Domains words={words} chosen={domains} choose={setDomains} />}
      <Field label={words.say('op.token_until')} type="date" help={words.say('op.token_until_help')} value={until} write={setUntil} />
      <button type="submit" disabled={busy}>
        {words.say('op.token_create')}
      </button>
      <Against data={data} words={words} refusal={refusal} roles={['steward']} />
    </form>
  );
}

function Domains(props: { words: Language; chosen: string[]; choose: (domains: string[]) => void }): JSX.Element {
  const { words, chosen, choose } = props;
  return (
    <fieldset>
      <legend>{words.say('op.token_domains')}</legend>
      {SENSITIVE_DOMAINS.map((code) => (
        <label key={code}>
          <input
            type="checkbox"
            checked={chosen.includes(code)}
            onChange={(event) => choose(event.currentTarget.checked ? [...chosen, code] : chosen.filter((each) => each !== code))}
          />
          {codeName(words, 'domain', code)}
        </label>
      ))}
    </fieldset>
  );
}
