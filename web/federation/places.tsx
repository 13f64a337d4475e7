// SPDX-License-Identifier: Apache-2.0
// Figures by place: states as a map of squares, zones and states as dots with their intervals, and the tables of the same
// rows. A figure by state is a figure about the collectives of that state, and needs the yes of every one of them.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Dimension, Frequency } from '../generated/aangan/federation/v1/catalogue_pb';
import type { Figure } from '../generated/aangan/federation/v1/figures_pb';
import { IntervalRows } from '../shared/charts/intervals';
import { TileMap, type Tile } from '../shared/charts/tile_map';
import { formatCount } from '../shared/language';
import { codeName, shortName, useView, type View } from './context';
import { Coverage } from './coverage';
import { codeOf, intervalOf, isYear, kindOf, tablesOf } from './figures';
import { FigureChart, Legend, Value, valueText, type FigureRow } from './value';

/** Indicators that are counted by place, and by nothing else besides, in periods of this kind. */
function countedByPlace(view: View): string[] {
  const frequency = isYear(view.period) ? Frequency.YEAR : Frequency.QUARTER;
  const counted = (id: string) => tablesOf(view.catalogue, id).some((table) => isByPlace(table.dimensions) && table.frequency === frequency);
  return view.catalogue.indicators.map((each) => each.id).filter(counted);
}

const isByPlace = (dimensions: Dimension[]) => dimensions.length === 1 && dimensions[0] === Dimension.PLACE;

function stateName(view: View, state: string): string {
  return view.words.find(`code.state.${state}`) ?? state;
}

export function PlacesPage(): JSX.Element {
  const view = useView();
  const { data, words, period } = view;
  const indicators = countedByPlace(view);
  const [wanted, setWanted] = useState('');
  const indicator = indicators.includes(wanted) ? wanted : (indicators.at(-1) ?? '');
  if (indicator === '') {
    return (
      <>
        <h1>{words.say('places.title')}</h1>
        <p>{words.say('places.none')}</p>
      </>
    );
  }
  return (
    <>
      <h1>{words.say('places.title')}</h1>
      <Coverage data={data.period(period)} />
      <label>
        {words.say('choose.figure')}
        <select value={indicator} onChange={(event) => setWanted(event.currentTarget.value)}>
          {indicators.map((id) => (
            <option key={id} value={id} selected={id === indicator}>
              {shortName(view, id)}
            </option>
          ))}
        </select>
      </label>
      <Zones indicator={indicator} figures={data.period(period)?.figures} />
      <States indicator={indicator} figures={data.byState(period)} />
      <Legend />
    </>
  );
}

interface PlaceRow extends FigureRow {
  place: string;
  /** Whose yes is missing, or nothing where none is. */
  yes?: string | undefined;
}

interface PlacesProps {
  indicator: string;
  /** Nothing as long as they are read. */
  figures: Figure[] | undefined;
}

/** The figure of one place: of its table alone, and of no finer one. */
function figureAt(figures: Figure[], indicator: string, place: string): Figure | undefined {
  return figures.find((each) => each.indicator === indicator && each.codes.length === 1 && codeOf(each, Dimension.PLACE) === place);
}

function Reading(): JSX.Element {
  return <p role="status">{useView().words.say('waiting')}</p>;
}

function Bars({ rows }: { rows: PlaceRow[] }): JSX.Element {
  const view = useView();
  const drawn = rows.map(({ place, name, figure, yes }) => ({
    id: place,
    name,
    points: [intervalOf(figure)],
    label: `${name}: ${valueText(view, figure)}`,
    value: <Value figure={figure} />,
    note: yes,
  }));
  return <IntervalRows rows={drawn} format={formatCount} />;
}

function Zones({ indicator, figures }: PlacesProps): JSX.Element {
  const view = useView();
  const { data, words, period } = view;
  if (!figures) return <Reading />;
  // Also the zones that an earlier catalogue had; a state with its yes stands among the places too, and has its own chart.
  const counted = figures.map((each) => codeOf(each, Dimension.PLACE)).filter((code) => code !== '' && !data.isState(code));
  const zones = new Set([...data.zones().map((each) => each.id), ...counted]);
  const rows = [...zones].map((place) => ({
    place,
    name: codeName(view, Dimension.PLACE, place),
    period,
    figure: figureAt(figures, indicator, place),
  }));
  return <FigureChart title={words.say('places.zones')} rows={rows} draw={(drawn) => <Bars rows={drawn} />} />;
}

/** The map, and each state in words: the figure, or whose yes it lacks. */
function States({ indicator, figures }: PlacesProps): JSX.Element {
  const view = useView();
  const { data, words, period } = view;
  if (!figures) return <Reading />;
  const rows = data.statesOfRoster().map((place): PlaceRow => {
    const figure = figureAt(figures, indicator, place);
    return { place, name: stateName(view, place), period, figure, yes: kindOf(figure) === 'private' ? yesText(view, place) : undefined };
  });
  return (
    <FigureChart
      title={words.say('places.states')}
      note={words.say('places.states_note')}
      rows={rows}
      draw={(drawn) => (
        <div class="states">
          <StateMap rows={drawn} />
          <Bars rows={drawn} />
        </div>
      )}
    />
  );
}

function StateMap({ rows }: { rows: PlaceRow[] }): JSX.Element {
  const view = useView();
  const { data } = view;
  const zones = data.zones();
  const tiles = rows.map(({ place, name, figure }): Tile => {
    const there = data.collectives().filter((each) => each.state === place);
    const zone = zones.findIndex((each) => there.some((one) => each.collectives.includes(one.id)));
    return { state: place, kind: kindOf(figure), zone: zone < 0 ? undefined : zone, name: `${name}: ${valueText(view, figure)}` };
  });
  return (
    <div>
      <TileMap tiles={tiles} label={tiles.map((each) => each.name).join('; ')} />
      <ul class="zone-names">
        {zones.map((zone, index) => (
          <li key={zone.id}>
            <svg width="18" height="18" aria-hidden="true">
              <rect class={`tile zone-${index}`} x="2" y="2" width="14" height="14" />
            </svg>
            {codeName(view, Dimension.PLACE, zone.id)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function yesText({ data, words }: View, state: string): string {
  const missing = data.withoutYes(state).map((each) => each.title || each.id);
  return missing.length > 0 ? words.say('places.whose_yes', { names: words.list(missing) }) : words.say('places.yes_since');
}
