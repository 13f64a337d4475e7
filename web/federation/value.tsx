// SPDX-License-Identifier: Apache-2.0
// A figure in words: one of five values, each with its mark, and never a number without its margin.
import type { ComponentChildren, JSX } from 'preact';
import { Dimension } from '../generated/aangan/federation/v1/catalogue_pb';
import type { Figure } from '../generated/aangan/federation/v1/figures_pb';
import { MarkIcon } from '../shared/charts/marks';
import { formatCount } from '../shared/language';
import { Chart, type Column } from '../shared/parts';
import { useView, type View } from './context';
import { codeOf, kindOf, stateWord } from './figures';

/** Collectives of the figure's place that did not report; nobody is named where it is not they that it lacks. */
function notReportedBy(view: View, figure: Figure | undefined): string[] {
  if (!figure || kindOf(figure) !== 'not_reported') return [];
  const place = view.catalogue.places.find((each) => each.id === codeOf(figure, Dimension.PLACE));
  const missing = view.data.releaseOf(figure.period)?.missing ?? [];
  return missing.filter((id) => place?.collectives.includes(id)).map((id) => view.data.collectiveTitle(id));
}

/** Why there is no number, in words; nothing where there is one. */
function absenceText(view: View, figure: Figure | undefined): string | undefined {
  const kind = kindOf(figure);
  if (kind === 'number') return undefined;
  const names = notReportedBy(view, figure);
  return names.length > 0 ? view.words.say('value.not_reported_by', { names: view.words.list(names) }) : view.words.say(`value.${kind}`);
}

/** "412, give or take 38", or in words why there is no number. */
export function valueText(view: View, figure: Figure | undefined): string {
  const [number, margin] = [formatCount(figure?.number ?? 0n), formatCount(figure?.margin ?? 0n)];
  return absenceText(view, figure) ?? view.words.say('value.number', { number, margin });
}

export function Value({ figure }: { figure: Figure | undefined }): JSX.Element {
  const view = useView();
  const kind = kindOf(figure);
  return (
    <span class={`value value-${kind}`}>
      {kind !== 'number' && <MarkIcon kind={kind} />}
      {valueText(view, figure)}
    </span>
  );
}

export function stateText(view: View, figure: Figure): string {
  const state = view.words.say(`state.${stateWord(figure.state)}`);
  return figure.rehearsal ? `${state}, ${view.words.say('state.rehearsal')}` : state;
}

/** A row of a chart and of its table: what it is of, and the figure if there is one. */
export interface FigureRow {
  name: string;
  period: string;
  figure: Figure | undefined;
}

/** A chart of figures; its table has number and margin apart, so that they can be copied into a sheet. */
export function FigureChart<Row extends FigureRow>(props: {
  title: string;
  note?: string;
  rows: Row[];
  draw: (rows: Row[]) => ComponentChildren;
}): JSX.Element {
  const view = useView();
  const { words } = view;
  const columns: Column<Row>[] = [
    { title: words.say('table.figure'), cell: (row) => row.name },
    { title: words.say('table.period'), cell: (row) => words.period(row.period) },
    {
      title: words.say('table.value'),
      number: true,
      cell: ({ figure }) => absenceText(view, figure) ?? formatCount(figure?.number ?? 0n),
    },
    {
      title: words.say('table.margin'),
      number: true,
      cell: ({ figure }) => (figure && figure.margin > 0n ? formatCount(figure.margin) : '–'),
    },
    {
      title: words.say('table.coverage'),
      cell: ({ figure }) =>
        figure && figure.collectives > 0
          ? words.say('coverage.short', { reported: figure.contributors, all: figure.collectives })
          : '–',
    },
    { title: words.say('table.state'), cell: ({ figure }) => (figure ? stateText(view, figure) : '–') },
  ];
  return <Chart {...props} tableTitle={words.say('table.show')} columns={columns} />;
}

/** In place of a chart whose table the catalogue of that time did not have. */
export function NotCollected({ title }: { title: string }): JSX.Element {
  return (
    <section>
      <h2>{title}</h2>
      <p>
        <Value figure={undefined} />
      </p>
    </section>
  );
}

/** What the five values look like and mean; stands on every page that shows figures. */
export function Legend(): JSX.Element {
  const { words } = useView();
  return (
    <section class="legend" aria-label={words.say('legend.title')}>
      <p>{words.say('legend.margin')}</p>
      <ul>
        {(['number', 'too_few', 'private', 'not_reported', 'not_collected'] as const).map((kind) => (
          <li key={kind}>
            <MarkIcon kind={kind} /> {words.say(`legend.${kind}`)}
          </li>
        ))}
      </ul>
    </section>
  );
}
