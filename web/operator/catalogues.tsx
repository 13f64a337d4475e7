// SPDX-License-Identifier: Apache-2.0
// Offered catalogues: what each asks of this collective and what it costs, before the collective says yes or no.
import type { JSX } from 'preact';
import { Dimension, Frequency, type Catalogue, type Indicator } from '../generated/aangan/federation/v1/catalogue_pb';
import { CatalogueDecision, type LintCatalogueResponse, type OfferedCatalogue } from '../generated/aangan/node/v1/governance_pb';
import type { EstimateAccuracyResponse } from '../generated/aangan/node/v1/operator_pb';
import { formatCount, type Language } from '../shared/language';
import { DataTable, OfCatalogue } from '../shared/parts';
import { link } from '../shared/route';
import { useAct, useAsked } from './ask';
import { everyPage } from './calls';
import type { NodeData } from './data';
import { daysUntil, firstDay, hexadecimal, sayDay } from './dates';
import { TwoWays, Waiting } from './forms';
import { Refused } from './refused';
import type { RoomProps } from './rooms';

export function Catalogues({ data, words, id }: RoomProps): JSX.Element {
  const { answer, refusal, again } = useAsked(data, () =>
    everyPage(async (pageToken) => {
      const page = await data.calls.governance.listOfferedCatalogues({ pageSize: 20, pageToken });
      return { rows: page.catalogues, nextPageToken: page.nextPageToken };
    }),
  );
  const waits = answer?.filter((each) => each.decision === CatalogueDecision.UNSPECIFIED) ?? [];
  const versionOf = (each: OfferedCatalogue) => each.signedCatalogue?.catalogue?.version ?? 0;
  const shown = answer?.find((each) => String(versionOf(each)) === id) ?? waits[0] ?? answer?.[0];
  return (
    <>
      <h1>{words.say('op.nav.catalogue')}</h1>
      {refusal?.reason === 'NOT_FOUND' || answer?.length === 0 ? (
        <p class="lead">{words.say('op.catalogue_none')}</p>
      ) : (
        <Refused words={words} refusal={refusal} roles={['operator', 'steward', 'auditor']} />
      )}
      {!answer && !refusal && <Waiting words={words} />}
      {answer && answer.length > 0 && <p class="lead">{words.say('op.catalogue_lead', { count: waits.length })}</p>}
      {shown && <Offered key={versionOf(shown)} data={data} words={words} offered={shown} done={again} />}
      {answer && answer.length > 1 && (
        <DataTable
          caption={words.say('op.catalogue_all')}
          rows={answer}
          columns={[
            {
              title: words.say('meaning.catalogue'),
              cell: (each) => <a href={link('catalogue', String(versionOf(each)))}>{words.say('meaning.version', { version: versionOf(each) })}</a>,
            },
            { title: words.say('op.catalogue_word'), cell: (each) => words.say(`op.decision_${each.decision}`) },
          ]}
        />
      )}
    </>
  );
}

const isRehearsal = (catalogue: Catalogue) => catalogue.contributeDays < 14;

interface OfferedProps {
  data: NodeData;
  words: Language;
  offered: OfferedCatalogue;
  done: () => void;
}

function Offered({ data, words, offered, done }: OfferedProps): JSX.Element | null {
  const catalogue = offered.signedCatalogue?.catalogue;
  if (!catalogue) return null;
  const { version } = catalogue;
  return (
    <>
      <h2>
        <span lang="en">{catalogue.title}</span>, {words.say('meaning.version', { version })}
      </h2>
      <p>
        {words.say('catalogue.valid', { first: words.period(catalogue.firstPeriod), last: words.period(catalogue.lastPeriod) })}{' '}
        {words.say('op.catalogue_signed', { count: offered.signedCatalogue?.signatures.length ?? 0 })}
      </p>
      {isRehearsal(catalogue) && <p class="rehearsal">{words.say('coverage.rehearsal')}</p>}
      <Asks words={words} catalogue={catalogue} />
      <Cost data={data} words={words} catalogue={catalogue} />
      <h2>{words.say('op.catalogue_word')}</h2>
      <p role="status">{words.say(`op.decision_${offered.decision}`)}</p>
      {/* A signature stands; what was refused can still be accepted. */}
      {offered.decision !== CatalogueDecision.ACCEPTED && <Decide data={data} words={words} offered={offered} done={done} />}
      <p class="address">{words.say('op.check_number', { number: hexadecimal(offered.signedCatalogue?.digest ?? new Uint8Array()) })}</p>
    </>
  );
}

/** What is asked: the questions in the reader's language, and in the words that are signed, which are English. */
function Asks({ words, catalogue }: { words: Language; catalogue: Catalogue }): JSX.Element {
  const tablesOf = (each: Indicator) => catalogue.tables.filter((table) => table.indicators.includes(each.id));
  const divided = (each: Indicator) => {
    const all = tablesOf(each).map((table) =>
      table.dimensions.map((dimension) => words.find(`dimension.${(Dimension[dimension] ?? '').toLowerCase()}`) ?? '').join(' × '),
    );
    return [...new Set(all)].map((said) => said || words.say('catalogue.whole')).join(', ');
  };
  const every = (each: Indicator) => {
    const isQuarter = tablesOf(each).some((table) => table.frequency === Frequency.QUARTER);
    return words.say(isQuarter ? 'catalogue.every_1' : 'catalogue.every_2');
  };
  return (
    <DataTable
      caption={words.say('op.catalogue_asks', { count: catalogue.indicators.length })}
      rows={catalogue.indicators}
      columns={[
        {
          title: words.say('catalogue.question'),
          cell: (each) => (
            <>
              <OfCatalogue words={words} name={`question.${each.id}`} text={each.question} isSigned />
              <br />
              <small>
                <OfCatalogue words={words} name={`meant.${each.id}`} text={each.meaning} isSigned />
              </small>
            </>
          ),
        },
        { title: words.say('meaning.unit'), cell: (each) => words.say(each.firstTime ? 'unit.1' : `unit.${each.unit === 1 ? 0 : each.unit}`) },
        { title: words.say('catalogue.divided'), cell: divided },
        { title: words.say('op.catalogue_how_often'), cell: every },
      ]}
    />
  );
}

/** In parts of the year's privacy budget, which is what people can compare; and the margin that it buys. */
function Cost({ data, words, catalogue }: { data: NodeData; words: Language; catalogue: Catalogue }): JSX.Element {
  const { answer, refusal } = useAsked(data, () => data.calls.governance.lintCatalogue({ catalogue }));
  const accuracy = useAsked(data, () => data.calls.operator.estimateAccuracy({ catalogueVersion: catalogue.version }));
  return (
    <>
      <h2>{words.say('op.cost_title')}</h2>
      <Refused words={words} refusal={refusal} roles={['operator', 'steward']} />
      {answer && <CostLine words={words} cap={catalogue.nanoRhoCap} cost={answer} />}
      {accuracy.answer && <Margins words={words} catalogue={catalogue} accuracy={accuracy.answer} />}
    </>
  );
}

function CostLine({ words, cap, cost }: { words: Language; cap: bigint; cost: LintCatalogueResponse }): JSX.Element {
  const percent = (charge: bigint) => (cap > 0n ? Math.ceil(Number((charge * 1000n) / cap) / 10) : 0);
  return (
    <p>
      {words.say('op.cost_quarter', { percent: percent(cost.quarterChargeNanoRho), cells: formatCount(cost.quarterCells) })}{' '}
      {words.say('op.cost_year', { percent: percent(cost.fourthQuarterChargeNanoRho) })}
    </p>
  );
}

function Margins(props: { words: Language; catalogue: Catalogue; accuracy: EstimateAccuracyResponse }): JSX.Element {
  const { words, catalogue, accuracy } = props;
  const titleOf = (table: string) => catalogue.tables.find((each) => each.id === table)?.title ?? table;
  return (
    <details>
      <summary>{words.say('op.cost_margins')}</summary>
      <DataTable
        caption={words.say('op.cost_margins')}
        rows={accuracy.tables}
        columns={[
          { title: words.say('op.cost_table'), cell: (each) => <span lang="en">{titleOf(each.table)}</span> },
          { title: words.say('table.margin'), number: true, cell: (each) => formatCount(each.margin) },
          { title: words.say('op.cost_too_few'), number: true, cell: (each) => formatCount(each.tooFewBelow) },
        ]}
      />
    </details>
  );
}

/** What follows a no: until the first period begins, the node still takes a yes; of a rehearsal at any time. */
function refusedThen(words: Language, catalogue: Catalogue | undefined): string {
  const begin = firstDay(catalogue?.firstPeriod ?? '');
  if (!begin || (catalogue && isRehearsal(catalogue))) return words.say('op.catalogue_refuse_rehearsal');
  if (daysUntil(begin) <= 0) return words.say('op.catalogue_refuse_late', { date: sayDay(words, begin) });
  return words.say('op.catalogue_refuse_about', { date: sayDay(words, begin) });
}

function Decide({ data, words, offered, done }: OfferedProps): JSX.Element {
  const { busy, refusal, act } = useAct(data);
  const version = offered.signedCatalogue?.catalogue?.version ?? 0;
  const digest = offered.signedCatalogue?.digest ?? new Uint8Array();
  const give = async (work: () => Promise<unknown>) => {
    if (!(await act(work))) return;
    done();
    await data.load();
  };
  return (
    <>
      <TwoWays
        busy={busy}
        ways={[
          {
            say: words.say('op.catalogue_accept'),
            about: words.say('op.catalogue_accept_about'),
            run: () => void give(() => data.calls.governance.acceptCatalogue({ version, digest })),
          },
          {
            say: words.say('op.catalogue_refuse'),
            about: refusedThen(words, offered.signedCatalogue?.catalogue),
            run: () => void give(() => data.calls.governance.refuseCatalogue({ version })),
          },
        ]}
      />
      <Refused words={words} refusal={refusal} roles={['steward']} />
    </>
  );
}
