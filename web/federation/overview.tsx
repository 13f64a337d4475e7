// SPDX-License-Identifier: Apache-2.0
// The overview: who reported, what changed by more than chance, and the domains on one scale.
import type { JSX } from 'preact';
import { Dimension, Frequency, type Table } from '../generated/aangan/federation/v1/catalogue_pb';
import type { Figure } from '../generated/aangan/federation/v1/figures_pb';
import { IntervalRows } from '../shared/charts/intervals';
import { formatCount } from '../shared/language';
import { link } from '../shared/route';
import { codeName, figureName, partsWord, shortName, useView } from './context';
import { Coverage } from './coverage';
import type { PeriodData } from './data';
import { clearDifferences, codeOf, differencesOf, intervalOf, isYear, pairOf, tablesOf } from './figures';
import { FigureChart, Legend, NotCollected, Value, valueText, type FigureRow } from './value';

export function Overview(): JSX.Element {
  const view = useView();
  const { data, words, catalogue, period } = view;
  const shown = data.period(period);
  const frequency = isYear(period) ? Frequency.YEAR : Frequency.QUARTER;
  const domains = catalogue.tables.find(
    (table) => table.frequency === frequency && table.dimensions.join() === String(Dimension.DOMAIN),
  );
  return (
    <>
      <h1>{words.say('overview.title', { period: words.period(period) })}</h1>
      <Coverage data={shown} />
      {shown ? (
        <>
          <Totals shown={shown} />
          <Changes shown={shown} />
          {domains && <Domains shown={shown} table={domains} />}
          <Legend />
        </>
      ) : (
        <p role="status">{words.say('waiting')}</p>
      )}
    </>
  );
}

/** The figures of all members, each a door to its page. */
function Totals({ shown }: { shown: PeriodData }): JSX.Element {
  const view = useView();
  const { words, catalogue } = view;
  return (
    <section aria-labelledby="totals">
      <h2 id="totals">{words.say('overview.totals')}</h2>
      <ul class="totals">
        {shown.totals.map((total) => (
          <li key={total.indicator}>
            <a href={link('indicator', total.indicator, { period: shown.period })}>{shortName(view, total.indicator)}</a>
            <Value figure={total} />
            <Breakdowns dimensions={tablesOf(catalogue, total.indicator).flatMap((each) => each.dimensions)} of={total} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const BREAKDOWNS = [Dimension.PLACE, Dimension.AGE_BAND, Dimension.GENDER, Dimension.EXPLOITATION_TYPE];

function Breakdowns({ dimensions, of }: { dimensions: Dimension[]; of: Figure }): JSX.Element | null {
  const { words } = useView();
  const there = BREAKDOWNS.filter((each) => dimensions.includes(each)).map(partsWord);
  if (there.length === 0) return null;
  return (
    <span class="breakdowns">
      {there.map((name) => (
        <a key={name} href={link('indicator', of.indicator, { period: of.period, by: name })}>
          {words.say(`by.${name}`)}
        </a>
      ))}
    </span>
  );
}

/** Only differences that are larger than their margin, largest first; and says so when there is none. */
function Changes({ shown }: { shown: PeriodData }): JSX.Element {
  const view = useView();
  const { data, words } = view;
  const earlier = data.before(shown.period);
  const before = earlier ? data.period(earlier) : undefined;
  if (!earlier || !before) {
    return (
      <section>
        <h2>{words.say('changes.title_first')}</h2>
        <p>{words.say(earlier ? 'waiting' : 'changes.first')}</p>
      </section>
    );
  }
  const inQuestion = (all: PeriodData) => [
    ...all.totals,
    ...all.figures.filter((each) => codeOf(each, Dimension.DOMAIN) !== ''),
  ];
  const differences = differencesOf(inQuestion(before), inQuestion(shown));
  const clear = clearDifferences(differences);
  const unclear = differences.length - clear.length;
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">{words.say('changes.title', { period: words.period(earlier) })}</h2>
      {before.contributors.join() !== shown.contributors.join() && <p class="note">{words.say('changes.coverage')}</p>}
      {clear.length === 0 && <p>{words.say('changes.none')}</p>}
      <ul class="changes">
        {clear.map((change) => {
          const up = change.difference > 0;
          return (
            <li key={figureName(view, change.after)} class={up ? 'up' : 'down'}>
              <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
                <path d={up ? 'M7 1 13 12H1Z' : 'M7 13 1 2h12Z'} />
              </svg>
              <span class="only-read">{words.say(up ? 'changes.up' : 'changes.down')}</span>
              <a href={link('indicator', change.after.indicator, { period: shown.period, domain: codeOf(change.after, Dimension.DOMAIN) })}>
                {figureName(view, change.after)}
              </a>
              <Value figure={change.after} />
              <span class="was">{words.say('changes.was', { value: valueText(view, change.before) })}</span>
            </li>
          );
        })}
      </ul>
      <p>
        {unclear > 0 && words.say('changes.others', { count: unclear })} {clear.length > 0 && words.say('changes.by_chance')}{' '}
        <a href={link('compare', '', { period: shown.period, from: earlier })}>{words.say('changes.compare')}</a>
      </p>
    </section>
  );
}

interface DomainRow extends FigureRow {
  code: string;
  indicator: string;
}

/** Each domain as a row of two dots with their intervals, all on one scale. */
function Domains({ shown, table }: { shown: PeriodData; table: Table }): JSX.Element {
  const view = useView();
  const { words, catalogue } = view;
  const pair = pairOf(catalogue, table);
  const figures = shown.figures.filter((each) => each.table === table.id);
  const codes = [...new Set(figures.map((each) => codeOf(each, Dimension.DOMAIN)))].filter((code) => code !== '');
  if (codes.length === 0) return <NotCollected title={words.say('domains.title')} />;
  const rows = codes.flatMap((code) =>
    pair.map((indicator): DomainRow => ({
      code,
      indicator,
      name: words.say('figure.with_codes', { name: shortName(view, indicator), codes: codeName(view, Dimension.DOMAIN, code) }),
      period: shown.period,
      figure: figures.find((each) => each.indicator === indicator && codeOf(each, Dimension.DOMAIN) === code),
    })),
  );
  const draw = (drawn: DomainRow[]) => (
    <>
      <p class="series-names">
        {pair.map((id, series) => (
          <span key={id} class={`series-${series}`}>
            <svg width="16" height="12" viewBox="0 0 16 12" aria-hidden="true">
              {series === 0 ? <circle class="dot" cx="8" cy="6" r="5" /> : <path class="dot" d="M2 6 8 0l6 6-6 6Z" />}
            </svg>
            {shortName(view, id)}
          </span>
        ))}
      </p>
      <DomainRows rows={drawn} to={pair[1] ?? pair[0] ?? ''} />
    </>
  );
  return <FigureChart title={words.say('domains.title')} note={words.say('domains.note')} rows={rows} draw={draw} />;
}

/** The rows of one domain under each other, with its name once; `to` is the indicator that the name leads to. */
function DomainRows({ rows, to }: { rows: DomainRow[]; to: string }): JSX.Element {
  const view = useView();
  const drawn = [...new Set(rows.map((each) => each.code))].map((code) => {
    const ofDomain = rows.filter((each) => each.code === code);
    return {
      id: code,
      name: <a href={link('indicator', to, { period: view.period, domain: code })}>{codeName(view, Dimension.DOMAIN, code)}</a>,
      points: ofDomain.map(({ figure }, series) => intervalOf(figure, series === 0 ? 0 : 1)),
      label: ofDomain.map(({ indicator, figure }) => `${shortName(view, indicator)}: ${valueText(view, figure)}`).join('; '),
      value: ofDomain.map(({ indicator, figure }) => <Value key={indicator} figure={figure} />),
    };
  });
  return <IntervalRows rows={drawn} format={formatCount} />;
}
