// SPDX-License-Identifier: Apache-2.0
// One indicator: its question as the title, the figure, its margin and coverage, how it went over the periods, its parts by
// zone, age, gender or whatever the catalogue divides it by, and what it counts and what not.
import type { JSX } from 'preact';
import { Frequency, type Table } from '../generated/aangan/federation/v1/catalogue_pb';
import type { Figure } from '../generated/aangan/federation/v1/figures_pb';
import { LineBand, type PeriodPoint } from '../shared/charts/line_band';
import { formatCount } from '../shared/language';
import { Chart, OfCatalogue } from '../shared/parts';
import { link, type Route } from '../shared/route';
import { codeName, partsTitle, partsWord, question, shortName, useView, type View } from './context';
import { Coverage } from './coverage';
import { codeOf, indicatorOf, isYear, kindOf, tablesOf, upperEnd } from './figures';
import { FigureTable, Legend, Value, valueText } from './value';

/** Released periods of the kind that a table is counted for, oldest first. */
function periodsOf(view: View, table: Table | undefined): string[] {
  const yearly = table ? table.frequency === Frequency.YEAR : isYear(view.period);
  return view.data.periodIds().filter((each) => isYear(each) === yearly).reverse();
}

function pointOf(view: View, period: string, figure: Figure | undefined): PeriodPoint {
  return {
    period,
    label: view.words.periodShort(period),
    kind: kindOf(figure),
    value: Number(figure?.number ?? 0n),
    margin: Number(figure?.margin ?? 0n),
  };
}

export function IndicatorPage({ route }: { route: Route }): JSX.Element {
  const view = useView();
  const { catalogue, words } = view;
  const indicator = indicatorOf(catalogue, route.id);
  if (!indicator) return <h1>{words.say('indicator.unknown')}</h1>;
  const tables = tablesOf(catalogue, indicator.id);
  const by = route.query.get('by') ?? '';
  const first = tables.find((table) => table.dimensions.some((each) => partsWord(each) === by)) ?? tables[0];
  const ordered = first ? [first, ...tables.filter((each) => each !== first)] : [];
  return (
    <>
      <h1>{question(view, indicator.id)}</h1>
      <Headline indicator={indicator.id} />
      {ordered.map((table) => (
        <Parts key={table.id} table={table} indicator={indicator.id} chosen={route.query.get('domain') ?? ''} />
      ))}
      <Meaning indicator={indicator.id} />
      <Legend />
    </>
  );
}

/** The total of all members, where something in the catalogue measures it. */
function Headline({ indicator }: { indicator: string }): JSX.Element {
  const view = useView();
  const { data, words, catalogue } = view;
  const periods = periodsOf(view, tablesOf(catalogue, indicator)[0]);
  const period = periods.includes(view.period) ? view.period : (periods.at(-1) ?? view.period);
  const totalOf = (each: string) => data.period(each)?.totals.find((total) => total.indicator === indicator);
  const total = totalOf(period);
  const history = periods.flatMap((each) => totalOf(each) ?? []);
  const points = periods.map((each) => pointOf(view, each, totalOf(each)));
  const title = words.say('indicator.over_time');
  return (
    <>
      {period !== view.period && <p class="note">{words.say('indicator.other_period', { period: words.period(period) })}</p>}
      {total && (
        <p class="figure-large">
          <Value figure={total} />
        </p>
      )}
      <Coverage data={data.period(period)} />
      {total && (
        <Chart
          title={title}
          note={words.say('indicator.band')}
          tableTitle={words.say('table.show')}
          table={<FigureTable caption={title} figures={history} />}
        >
          <LineBand
            points={points}
            top={Math.max(10, ...history.map(upperEnd))}
            label={points.map((each, index) => `${words.period(each.period)}: ${valueText(view, totalOf(periods[index] ?? ''))}`).join('; ')}
            format={formatCount}
          />
        </Chart>
      )}
    </>
  );
}

/** One table of the indicator as small charts on one scale, a code each; the chosen one first. */
function Parts({ table, indicator, chosen }: { table: Table; indicator: string; chosen: string }): JSX.Element | null {
  const view = useView();
  const { data, words } = view;
  const periods = periodsOf(view, table);
  const dimension = table.dimensions[0];
  if (dimension === undefined || table.dimensions.length !== 1) return null;
  const figuresOf = (period: string) =>
    (data.period(period)?.figures ?? []).filter((each) => each.table === table.id && each.indicator === indicator);
  const all = periods.flatMap(figuresOf);
  const codes = [...new Set(all.map((each) => codeOf(each, dimension)).filter((code) => code !== ''))];
  codes.sort((a, b) => Number(b === chosen) - Number(a === chosen));
  const top = Math.max(10, ...all.map(upperEnd));
  const title = partsTitle(view, table.id);
  const current = periods.includes(view.period) ? view.period : (periods.at(-1) ?? '');
  return (
    <Chart
      title={title}
      note={words.say('parts.note')}
      tableTitle={words.say('table.show')}
      table={<FigureTable caption={title} figures={all} />}
    >
      <ul class="multiples">
        {codes.map((code) => {
          const at = (period: string) => figuresOf(period).find((each) => codeOf(each, dimension) === code);
          const name = codeName(view, dimension, code);
          return (
            <li key={code} class={code === chosen ? 'chosen' : undefined}>
              <h3>{name}</h3>
              <Value figure={at(current)} />
              <LineBand
                points={periods.map((period) => pointOf(view, period, at(period)))}
                top={top}
                label={`${name}: ${periods.map((period) => `${words.period(period)}: ${valueText(view, at(period))}`).join('; ')}`}
                format={formatCount}
                height={130}
              />
            </li>
          );
        })}
      </ul>
    </Chart>
  );
}

/** What the catalogue says that it counts, what it is a part of, and where it comes from. */
export function Meaning({ indicator: id }: { indicator: string }): JSX.Element | null {
  const view = useView();
  const { catalogue, words } = view;
  const indicator = indicatorOf(catalogue, id);
  if (!indicator) return null;
  return (
    <section class="meaning" aria-labelledby="meaning">
      <h2 id="meaning">{words.say('meaning.title')}</h2>
      <p>
        <OfCatalogue words={words} name={`meant.${id}`} text={indicator.meaning} />
      </p>
      <dl>
        <dt>{words.say('meaning.unit')}</dt>
        <dd>{words.say(`unit.${indicator.unit}`)}</dd>
        {indicator.denominator && (
          <>
            <dt>{words.say('meaning.part_of')}</dt>
            <dd>
              <a href={link('indicator', indicator.denominator, { period: view.period })}>
                {shortName(view, indicator.denominator)}
              </a>
            </dd>
          </>
        )}
        {indicator.source && (
          <>
            <dt>{words.say('meaning.source')}</dt>
            <dd lang="en">{indicator.source}</dd>
          </>
        )}
        <dt>{words.say('meaning.catalogue')}</dt>
        <dd>{words.say('meaning.version', { version: catalogue.version })}</dd>
      </dl>
      <p>
        <a href={link('method')}>{words.say('meaning.method')}</a> · <a href={link('data')}>{words.say('nav.data')}</a>
      </p>
    </section>
  );
}
