// SPDX-License-Identifier: Apache-2.0
// A figure in words: one of five values, each with its mark, and never a number without its margin.
import type { JSX } from 'preact';
import type { Figure } from '../generated/aangan/federation/v1/figures_pb';
import { MarkIcon } from '../shared/charts/marks';
import { formatCount } from '../shared/language';
import { DataTable, type Column } from '../shared/parts';
import { figureName, useView, type View } from './context';
import { kindOf, stateWord } from './figures';

/** "412, give or take 38", or in words why there is no number. */
export function valueText(view: View, figure: Figure | undefined): string {
  const kind = kindOf(figure);
  if (kind !== 'number' || !figure) return view.words.say(`value.${kind}`);
  return view.words.say('value.number', { number: formatCount(figure.number), margin: formatCount(figure.margin) });
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

/** The rows of a chart as a table: number and margin apart, so that they can be copied into a sheet. */
export function FigureTable({ caption, figures, name }: {
  caption: string;
  figures: Figure[];
  name?: (figure: Figure) => string;
}): JSX.Element {
  const view = useView();
  const { words } = view;
  const columns: Column<Figure>[] = [
    { title: words.say('table.figure'), cell: (figure) => (name ? name(figure) : figureName(view, figure)) },
    { title: words.say('table.period'), cell: (figure) => words.period(figure.period) },
    {
      title: words.say('table.value'),
      number: true,
      cell: (figure) =>
        kindOf(figure) === 'number' ? formatCount(figure.number) : words.say(`value.${kindOf(figure)}`),
    },
    {
      title: words.say('table.margin'),
      number: true,
      cell: (figure) => (figure.margin > 0n ? formatCount(figure.margin) : '–'),
    },
    {
      title: words.say('table.coverage'),
      cell: (figure) =>
        figure.collectives > 0
          ? words.say('coverage.short', { reported: figure.contributors, all: figure.collectives })
          : '–',
    },
    { title: words.say('table.state'), cell: (figure) => stateText(view, figure) },
  ];
  return <DataTable caption={caption} columns={columns} rows={figures} />;
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
