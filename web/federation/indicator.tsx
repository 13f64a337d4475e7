// SPDX-License-Identifier: Apache-2.0
// One indicator: its question as the title, the figure, its margin and coverage, how it went over the periods, its parts by
// zone, age, gender or whatever the catalogue divides it by, and what it counts and what not.
import type { JSX } from 'preact';
import { Frequency, type Table } from '../generated/aangan/federation/v1/catalogue_pb';
import { LineBand, type PeriodPoint } from '../shared/charts/line_band';
import { formatCount } from '../shared/language';
import { OfCatalogue } from '../shared/parts';
import { link, type Route } from '../shared/route';
import { codeName, partsTitle, partsWord, question, shortName, useView, type View } from './context';
import { Coverage } from './coverage';
import { codeOf, indicatorOf, intervalOf, isYear, tablesOf, upperEnd } from './figures';
import { FigureChart, Legend, NotCollected, Value, valueText, type FigureRow } from './value';

/** Released periods of the kind that a table is counted for, oldest first. */
function periodsOf(view: View, table: Table | undefined): string[] {
  const yearly = table ? table.frequency === Frequency.YEAR : isYear(view.period);
  return view.data.periodIds().filter((each) => isYear(each) === yearly).reverse();
}

/** The periods whose figures are here; the others come. */
function readOf(view: View, periods: string[]): string[] {
  return periods.filter((each) => view.data.period(each) !== undefined);
}

/** Rows, one a period, as a line with its band up to `top`. */
function Line({ rows, top, name, height }: { rows: FigureRow[]; top: number; name?: string; height?: number }): JSX.Element {
  const view = useView();
  const { words } = view;
  const points = rows.map(({ period, figure }): PeriodPoint => {
    const { kind, value, margin } = intervalOf(figure);
    return { period, label: words.periodShort(period), kind, value, margin };
  });
  const said = rows.map(({ period, figure }) => `${words.period(period)}: ${valueText(view, figure)}`).join('; ');
  return <LineBand points={points} top={top} label={name ? `${name}: ${said}` : said} format={formatCount} height={height} />;
}

function topOf(rows: FigureRow[]): number {
  return Math.max(10, ...rows.flatMap(({ figure }) => (figure ? [upperEnd(figure)] : [])));
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
  const rows = readOf(view, periods).map((each) => ({ name: shortName(view, indicator), period: each, figure: totalOf(each) }));
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
        <FigureChart
          title={words.say('indicator.over_time')}
          note={words.say('indicator.band')}
          rows={rows}
          draw={(drawn) => <Line rows={drawn} top={topOf(drawn)} />}
        />
      )}
    </>
  );
}

interface PartRow extends FigureRow {
  code: string;
}

/** One table of the indicator as small charts on one scale, a code each; the chosen one first. */
function Parts({ table, indicator, chosen }: { table: Table; indicator: string; chosen: string }): JSX.Element | null {
  const view = useView();
  const { data, words } = view;
  const periods = periodsOf(view, table);
  const dimension = table.dimensions[0];
  if (dimension === undefined || table.dimensions.length !== 1) return null;
  const read = readOf(view, periods);
  if (read.length === 0) return <p role="status">{words.say('waiting')}</p>;
  const figures = read.flatMap((period) =>
    (data.period(period)?.figures ?? []).filter((each) => each.table === table.id && each.indicator === indicator),
  );
  const codes = [...new Set(figures.map((each) => codeOf(each, dimension)).filter((code) => code !== ''))];
  codes.sort((a, b) => Number(b === chosen) - Number(a === chosen));
  const rows = codes.flatMap((code) =>
    read.map((period): PartRow => ({
      code,
      name: words.say('figure.with_codes', { name: shortName(view, indicator), codes: codeName(view, dimension, code) }),
      period,
      figure: figures.find((each) => each.period === period && codeOf(each, dimension) === code),
    })),
  );
  const title = partsTitle(view, table.id);
  if (codes.length === 0) return <NotCollected title={title} />;
  const current = read.includes(view.period) ? view.period : (read.at(-1) ?? '');
  const draw = (drawn: PartRow[]) => (
    <ul class="multiples">
      {codes.map((code) => {
        const ofCode = drawn.filter((each) => each.code === code);
        return (
          <li key={code} class={code === chosen ? 'chosen' : undefined}>
            <h3>{codeName(view, dimension, code)}</h3>
            <Value figure={ofCode.find((each) => each.period === current)?.figure} />
            <Line rows={ofCode} top={topOf(drawn)} name={codeName(view, dimension, code)} height={130} />
          </li>
        );
      })}
    </ul>
  );
  return <FigureChart title={title} note={words.say('parts.note')} rows={rows} draw={draw} />;
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
