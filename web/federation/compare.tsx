// SPDX-License-Identifier: Apache-2.0
// Two periods: each difference with its own margin around a zero line. An interval that covers zero says nothing clear.
import type { JSX } from 'preact';
import { IntervalRows } from '../shared/charts/intervals';
import { formatCount } from '../shared/language';
import { Chart } from '../shared/parts';
import { link, type Route } from '../shared/route';
import { codesName, figureName, partsTitle, shortName, useView, type View } from './context';
import { coverageText } from './coverage';
import { differencesOf, isYear, keyOf, type Difference } from './figures';
import { Legend, valueText } from './value';

/** "+82, give or take 53", or that nothing clear is to be said. */
export function differenceText(view: View, each: Difference): string {
  const amount = formatCount(Math.abs(each.difference));
  const values = { difference: `${each.difference < 0 ? '−' : '+'}${amount}`, margin: formatCount(each.margin) };
  return view.words.say(each.clear ? 'compare.clear' : 'compare.unclear', values);
}

export function ComparePage({ route }: { route: Route }): JSX.Element {
  const view = useView();
  const { data, words, period } = view;
  const periods = data.periodIds().filter((each) => isYear(each) === isYear(period) && each !== period);
  const asked = route.query.get('from') ?? '';
  const from = periods.includes(asked) ? asked : (data.before(period) ?? periods[0] ?? '');
  const [before, after] = [from ? data.period(from) : undefined, data.period(period)];
  if (from === '') {
    return (
      <>
        <h1>{words.say('compare.title')}</h1>
        <p>{words.say('changes.first')}</p>
      </>
    );
  }
  const totals = before && after ? differencesOf(before.totals, after.totals) : [];
  const parts = before && after ? differencesOf(before.figures, after.figures) : [];
  const indicators = [...new Set(parts.map((each) => each.after.indicator))];
  const wanted = route.query.get('figure') ?? '';
  const figure = indicators.includes(wanted) ? wanted : (indicators[0] ?? '');
  const chosen = parts.filter((each) => each.after.indicator === figure);
  const go = (query: Record<string, string>) => (location.hash = link('compare', '', { period, from, figure, ...query }));
  return (
    <>
      <h1>{words.say('compare.question', { from: words.period(from), to: words.period(period) })}</h1>
      <p>
        {words.period(from)}: {coverageText(view, from)}
      </p>
      <p>
        {words.period(period)}: {coverageText(view, period)}
      </p>
      {before && after && before.contributors.join() !== after.contributors.join() && (
        <p class="note">{words.say('changes.coverage')}</p>
      )}
      <label>
        {words.say('compare.with')}
        <select value={from} onChange={(event) => go({ from: event.currentTarget.value })}>
          {periods.map((each) => (
            <option key={each} value={each} selected={each === from}>
              {words.period(each)}
            </option>
          ))}
        </select>
      </label>
      {totals.length > 0 && <Group title={words.say('overview.totals')} differences={totals} name={(each) => figureName(view, each.after)} />}
      {figure !== '' && (
        <label>
          {words.say('choose.figure')}
          <select value={figure} onChange={(event) => go({ figure: event.currentTarget.value })}>
            {indicators.map((id) => (
              <option key={id} value={id} selected={id === figure}>
                {shortName(view, id)}
              </option>
            ))}
          </select>
        </label>
      )}
      {[...new Set(chosen.map((each) => each.after.table))].map((table) => (
        <Group
          key={table}
          title={partsTitle(view, table)}
          differences={chosen.filter((each) => each.after.table === table)}
          name={(each) => codesName(view, each.after)}
        />
      ))}
      <Legend />
    </>
  );
}

function Group(props: {
  title: string;
  differences: Difference[];
  name: (each: Difference) => string;
}): JSX.Element {
  const view = useView();
  const { words } = view;
  const draw = (differences: Difference[]) => {
    const rows = differences.map((each) => ({
      id: keyOf(each.after),
      name: props.name(each),
      points: [{ kind: 'number', value: each.difference, margin: each.margin, series: 0 } as const],
      label: `${props.name(each)}: ${differenceText(view, each)}`,
      value: differenceText(view, each),
      greyed: !each.clear,
    }));
    return <IntervalRows rows={rows} format={formatCount} />;
  };
  return (
    <Chart
      title={props.title}
      tableTitle={words.say('table.show')}
      rows={props.differences}
      columns={[
        { title: words.say('table.figure'), cell: props.name },
        { title: words.say('compare.before'), number: true, cell: (each) => valueText(view, each.before) },
        { title: words.say('compare.after'), number: true, cell: (each) => valueText(view, each.after) },
        { title: words.say('compare.difference'), number: true, cell: (each) => differenceText(view, each) },
      ]}
      draw={draw}
    />
  );
}
