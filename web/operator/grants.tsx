// SPDX-License-Identifier: Apache-2.0
// What opens sensitive domains to caseworkers, and each glass that was broken in an emergency until a steward has looked.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { BreakGlassReason, Role, type Grant, type Token } from '../generated/aangan/node/v1/access_pb';
import type { Language } from '../shared/language';
import { DataTable } from '../shared/parts';
import { useAct, useAsked, type Act } from './ask';
import { everyPage } from './calls';
import type { NodeData } from './data';
import { sayMoment } from './dates';
import { AskFirst, Choose, Facts, Waiting } from './forms';
import { codeName, SENSITIVE_DOMAINS } from './names';
import { Against, withPermit } from './permit_step';
import { Refused } from './refused';

interface GrantsProps {
  data: NodeData;
  words: Language;
  tokens: Token[];
}

export function Grants({ data, words, tokens }: GrantsProps): JSX.Element {
  const { answer, refusal, again } = useAsked(data, () =>
    everyPage(async (pageToken) => {
      const page = await data.calls.access.listGrants({ parent: 'tokens/-', pageSize: 200, pageToken });
      return { rows: page.grants, nextPageToken: page.nextPageToken };
    }),
  );
  const doing = useAct(data);
  const isGlass = (each: Grant) => each.breakGlassReason !== BreakGlassReason.UNSPECIFIED;
  const glasses = answer?.filter(isGlass) ?? [];
  const grants = answer?.filter((each) => !isGlass(each)) ?? [];
  const nameOf = (grant: Grant) => tokenName(tokens, grant.name.split('/').slice(0, 2).join('/'));
  return (
    <>
      <section>
        <h2>{words.say('op.glass_title')}</h2>
        <Refused words={words} refusal={refusal} roles={['steward', 'auditor']} />
        {!answer && !refusal && <Waiting words={words} />}
        {answer && glasses.length === 0 && <p>{words.say('op.glass_none')}</p>}
        {glasses.map((each) => (
          <Glass key={each.name} data={data} words={words} grant={each} who={nameOf(each)} doing={doing} done={again} />
        ))}
      </section>
      {answer && (
        <section>
          <h2>{words.say('op.grants_title')}</h2>
          {grants.length === 0 ? (
            <p>{words.say('op.grants_none')}</p>
          ) : (
            <GrantTable data={data} words={words} grants={grants} nameOf={nameOf} doing={doing} done={again} />
          )}
          <NewGrant data={data} words={words} tokens={tokens} done={again} />
        </section>
      )}
      <Refused words={words} refusal={doing.refusal} roles={['steward']} />
    </>
  );
}

function tokenName(tokens: Token[], name: string): string {
  return tokens.find((each) => each.name === name)?.title || name;
}

interface DoingProps {
  data: NodeData;
  words: Language;
  doing: Act;
  done: () => void;
}

function Glass({ data, words, grant, who, doing, done }: DoingProps & { grant: Grant; who: string }): JSX.Element {
  const acknowledge = async () => {
    if (await doing.act(() => data.calls.access.acknowledgeBreakGlass({ name: grant.name }))) done();
  };
  const lines: [string, string][] = [
    [words.say('op.audit_who'), who],
    [words.say('op.member'), grant.member],
    [words.say('op.due_why'), words.say(`op.glass_reason_${grant.breakGlassReason || 1}`)],
    [words.say('op.audit_time'), sayMoment(words, grant.createTime)],
    [words.say('op.token_until'), sayMoment(words, grant.expireTime)],
  ];
  return (
    <div class={grant.acknowledgeTime ? 'note' : 'task'}>
      <p>
        <strong>{codeName(words, 'domain', grant.domain)}</strong>
      </p>
      <Facts lines={lines} />
      {grant.acknowledgeTime ? (
        <p>{words.say('op.glass_looked', { time: sayMoment(words, grant.acknowledgeTime) })}</p>
      ) : (
        <>
          <p>{words.say('op.glass_about')}</p>
          <button type="button" disabled={doing.busy} onClick={() => void acknowledge()}>
            {words.say('op.glass_look')}
          </button>
        </>
      )}
    </div>
  );
}

function GrantTable(props: DoingProps & { grants: Grant[]; nameOf: (grant: Grant) => string }): JSX.Element {
  const { data, words, grants, nameOf, doing, done } = props;
  const take = async (name: string) => {
    if (await doing.act(() => data.calls.access.deleteGrant({ name }))) done();
  };
  return (
    <DataTable
      caption={words.say('op.grants_title')}
      rows={grants}
      columns={[
        { title: words.say('op.token_title'), cell: nameOf },
        { title: words.say('dimension.domain'), cell: (each) => codeName(words, 'domain', each.domain) },
        { title: words.say('op.token_until'), cell: (each) => sayMoment(words, each.expireTime) },
        { title: words.say('op.grant_by'), cell: (each) => each.createdBy },
        {
          title: words.say('op.step'),
          cell: (each) => (
            <AskFirst words={words} say={words.say('op.grant_take')} about={words.say('op.grant_take_about')} busy={doing.busy} run={() => void take(each.name)} />
          ),
        },
      ]}
    />
  );
}

function NewGrant({ data, words, tokens, done }: GrantsProps & { done: () => void }): JSX.Element | null {
  const caseworkers = tokens.filter((each) => each.role === Role.CASEWORKER);
  const [chosen, setChosen] = useState('');
  const [domain, setDomain] = useState(SENSITIVE_DOMAINS[0] ?? '');
  const { busy, refusal, act } = useAct(data);
  const parent = chosen || caseworkers[0]?.name;
  if (!parent) return null;
  const give = async (event: Event) => {
    event.preventDefault();
    if (await act(() => withPermit(data.calls, (permit) => data.calls.access.createGrant({ parent, grant: { domain }, permit })))) done();
  };
  return (
    <form class="fields" onSubmit={(event) => void give(event)}>
      <h3>{words.say('op.grant_new')}</h3>
      <Choose label={words.say('op.token_title')} value={parent} options={caseworkers.map((each) => [each.name, each.title || each.name])} choose={setChosen} />
      <Choose
        label={words.say('dimension.domain')}
        value={domain}
        options={SENSITIVE_DOMAINS.map((code) => [code, codeName(words, 'domain', code)])}
        choose={setDomain}
      />
      <button type="submit" disabled={busy}>
        {words.say('op.grant_give')}
      </button>
      <p>{words.say('op.grant_give_about')}</p>
      <Against data={data} words={words} refusal={refusal} roles={['steward']} />
    </form>
  );
}
