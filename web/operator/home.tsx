// SPDX-License-Identifier: Apache-2.0
// Home: one sentence, then what needs somebody, each with what it means and its next step, then five quiet lines.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { CatalogueDecision, type OfferedCatalogue } from '../generated/aangan/node/v1/governance_pb';
import { Attention } from '../generated/aangan/node/v1/operator_pb';
import type { Language } from '../shared/language';
import type { Refusal } from '../shared/refusal';
import { useAsked } from './ask';
import { everyPage } from './calls';
import type { NodeData } from './data';
import { today } from './dates';
import { NextStep } from './next_step';
import { Refused } from './refused';

/** "releases/2026Q3" is "2026Q3". */
export function periodOf(name: string): string {
  return name.split('/')[1] ?? '';
}

export function Home({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const attentions = data.status?.attentions ?? [];
  // What became of the last talk with the federation; said here, since its button goes when it went well.
  const [talk, setTalk] = useState<{ refusal: Refusal | undefined } | undefined>();
  const talkNow = async () => {
    setTalk(undefined);
    setTalk({ refusal: await data.syncNow() });
  };
  return (
    <>
      <h1>{attentions.length === 0 ? words.say('op.well') : words.say('op.needs', { count: attentions.length })}</h1>
      {talk && !talk.refusal && <p role="status">{words.say('op.sync_done')}</p>}
      <Refused words={words} refusal={talk?.refusal} roles={['operator', 'steward']} />
      <ol class="tasks">
        {attentions.map((attention) => (
          <li key={attention} class="task">
            <p>{words.say(words.find(`op.attention_${attention}`) ? `op.attention_${attention}` : 'op.attention_other')}</p>
            <NextStep attention={attention} data={data} words={words} talkNow={talkNow} />
          </li>
        ))}
      </ol>
      <Quiet data={data} words={words} />
    </>
  );
}

function Quiet({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const status = data.status;
  const wants = (...which: Attention[]) => which.some((each) => status?.attentions.includes(each));
  const backup = data.lastGoodBackup();
  const ledger = useLedger(data, words);
  const lines: [string, string, boolean][] = [
    [
      'op.backup',
      backup?.createTime ? words.say('op.backup_last', { date: words.dateAndTime(timestampDate(backup.createTime)) }) : words.say('op.backup_none'),
      !backup || wants(Attention.BACKUP_OLD),
    ],
    [
      'op.contact',
      status?.lastContactTime
        ? words.say('op.contact_last', { date: words.dateAndTime(timestampDate(status.lastContactTime)) })
        : words.say('op.contact_none'),
      wants(Attention.NO_LINK, Attention.ENROL, Attention.CLOCK),
    ],
    [
      'op.disk',
      words.say('op.disk_free', { size: Math.floor(Number(status?.diskFreeBytes ?? 0n) / 1e9) }),
      wants(Attention.DISK_FULL),
    ],
    [
      'op.certificate',
      status?.certificateExpireTime
        ? words.say('op.certificate_until', { date: words.date(timestampDate(status.certificateExpireTime)) })
        : words.say('op.certificate_none'),
      wants(Attention.CERTIFICATE, Attention.CERTIFICATE_REVOKED, Attention.CERTIFICATE_REPLACED, Attention.CERTIFICATE_NOT_RENEWED),
    ],
    ['op.ledger', ledger.said, ledger.isUnknown || wants(Attention.BUDGET, Attention.DAMAGED)],
  ];
  return (
    <dl class="quiet-lines">
      {lines.map(([name, said, look]) => (
        <div key={name}>
          <dt>{words.say(name)}</dt>
          <dd>{said}</dd>
          <dd class={look ? 'look' : 'fine'}>{words.say(look ? 'op.look' : 'op.ok')}</dd>
        </div>
      ))}
    </dl>
  );
}

/** "2026Q3": the quarter that ended last, in India's time. */
function endedQuarter(): string {
  const [year = 0, month = 1] = today().split('-').map(Number);
  const quarter = Math.ceil(month / 3);
  return quarter === 1 ? `${year - 1}Q4` : `${year}Q${quarter - 1}`;
}

/** What four quarters may take by the catalogue in force for a quarter; 0 where the collective goes by none. */
function capOf(catalogues: OfferedCatalogue[], quarter: string): bigint {
  const fitting = catalogues.flatMap(({ decision, signedCatalogue }) => {
    const catalogue = signedCatalogue?.catalogue;
    const isInForce = signedCatalogue?.inForce && catalogue && catalogue.firstPeriod <= quarter && quarter <= catalogue.lastPeriod;
    return isInForce ? [{ decision, catalogue }] : [];
  });
  const newest = fitting.sort((a, b) => b.catalogue.version - a.catalogue.version)[0];
  return newest?.decision === CatalogueDecision.ACCEPTED ? newest.catalogue.nanoRhoCap : 0n;
}

/** What the ledger has spent of the budget of four quarters: the node says what is left, and its catalogue has the cap. */
function useLedger(data: NodeData, words: Language): { said: string; isUnknown: boolean } {
  const { status } = data;
  const { answer, refusal } = useAsked(
    data,
    () =>
      everyPage(async (pageToken) => {
        const page = await data.calls.governance.listOfferedCatalogues({ pageSize: 20, pageToken });
        return { rows: page.catalogues, nextPageToken: page.nextPageToken };
      }),
    status,
  );
  if (!answer) return { said: words.say(refusal ? refusal.trouble : 'op.waiting'), isUnknown: refusal !== undefined };
  const cap = capOf(answer, endedQuarter());
  const used = cap - (status?.budgetLeftNanoRho ?? 0n);
  if (cap === 0n || used <= 0n) return { said: words.say('op.ledger_none'), isUnknown: false };
  return { said: words.say('op.ledger_used', { percent: Number((used * 100n + cap - 1n) / cap) }), isUnknown: false };
}
