// SPDX-License-Identifier: Apache-2.0
// Settings: the collective's rule of keeping, which is changed here with a second person's yes; what the node says of
// itself; and the commands that show the settings of a file, which no page changes.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { RetentionPolicy } from '../generated/aangan/node/v1/retention_pb';
import type { Language } from '../shared/language';
import { useAct, useAsked } from './ask';
import type { NodeData } from './data';
import { Facts, Field, Waiting } from './forms';
import { Against, withPermit } from './permit_step';
import { Refused } from './refused';
import type { RoomProps } from './rooms';
import { policyLines } from './waiting';

export function Settings({ data, words }: RoomProps): JSX.Element {
  const { answer, refusal, again } = useAsked(data, () => data.calls.retention.getRetentionPolicy({}));
  return (
    <>
      <h1>{words.say('op.nav.settings')}</h1>
      <p class="lead">{words.say('op.settings_about')}</p>
      <p>
        <code>aangan config show node --origin</code>
      </p>
      <p>{words.say('op.settings_change')}</p>
      <Itself data={data} words={words} />
      <h2>{words.say('op.policy_title')}</h2>
      <Refused words={words} refusal={refusal} roles={['caseworker', 'operator', 'steward', 'auditor']} />
      {!answer && !refusal && <Waiting words={words} />}
      {answer && (
        <>
          <ul>
            {policyLines(words, answer).map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
          <details>
            <summary>{words.say('op.policy_change')}</summary>
            <PolicyForm key={answer.etag} data={data} words={words} policy={answer} done={again} />
          </details>
        </>
      )}
    </>
  );
}

function Itself({ data, words }: { data: NodeData; words: Language }): JSX.Element | null {
  const status = data.status;
  if (!status) return null;
  const lines: [string, string][] = [
    [words.say('op.settings_version'), status.version],
    [words.say('op.settings_collective'), status.collective || '–'],
    [words.say('op.settings_node'), status.nodeId],
    [words.say('op.roster_phrase'), status.fingerprintPhrase],
  ];
  return <Facts lines={lines.map(([what, said]) => [what, <span lang="en">{said}</span>])} />;
}

function PolicyForm(props: { data: NodeData; words: Language; policy: RetentionPolicy; done: () => void }): JSX.Element {
  const { data, words, policy, done } = props;
  const [years, setYears] = useState(String(policy.yearsAfterLastRecord));
  const [days, setDays] = useState(policy.daysAfterWithdrawal === undefined ? '' : String(policy.daysAfterWithdrawal));
  const [grace, setGrace] = useState(String(policy.graceDays || 30));
  const [grievance, setGrievance] = useState(String(policy.grievanceDays || 30));
  const { busy, refusal, act } = useAct(data);
  const change = async (event: Event) => {
    event.preventDefault();
    const retentionPolicy = {
      name: policy.name,
      etag: policy.etag,
      yearsAfterLastRecord: Number(years),
      daysAfterWithdrawal: days === '' ? undefined : Number(days),
      graceDays: Number(grace),
      grievanceDays: Number(grievance),
    };
    const work = (permit: string) => data.calls.retention.updateRetentionPolicy({ retentionPolicy, updateMask: { paths: ['*'] }, permit });
    if (await act(() => withPermit(data.calls, work))) done();
  };
  return (
    <form class="fields" onSubmit={(event) => void change(event)}>
      <Field label={words.say('op.policy_years_label')} help={words.say('op.policy_zero_never')} type="number" required value={years} write={setYears} />
      <Field label={words.say('op.policy_days_label')} help={words.say('op.policy_empty_never')} type="number" value={days} write={setDays} />
      <Field label={words.say('op.policy_grace_label')} type="number" required value={grace} write={setGrace} />
      <Field label={words.say('op.policy_grievance_label')} type="number" required value={grievance} write={setGrievance} />
      <button type="submit" disabled={busy}>
        {words.say('op.policy_save')}
      </button>
      <p>{words.say('op.policy_save_about')}</p>
      <Against data={data} words={words} refusal={refusal} roles={['steward']} />
    </form>
  );
}
