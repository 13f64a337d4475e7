// SPDX-License-Identifier: Apache-2.0
// Figures by place: states as a map of squares, zones and states as bars with their intervals, and the table of the same
// rows. A figure by state is a figure about the collectives of that state, and needs the yes of every one of them.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Dimension, PlaceKind } from '../generated/aangan/federation/v1/catalogue_pb';
import type { Figure } from '../generated/aangan/federation/v1/figures_pb';
import { IntervalAxis, Intervals, domainOf } from '../shared/charts/intervals';
import { TileMap, type Tile } from '../shared/charts/tile_map';
import { formatCount } from '../shared/language';
import { Chart } from '../shared/parts';
import { codeName, shortName, useView, type View } from './context';
import { Coverage } from './coverage';
import { codeOf, isYear, kindOf, tablesOf } from './figures';
import { FigureTable, Legend, Value, valueText } from './value';

/** Indicators that are counted by place in periods of this kind. */
function countedByPlace(view: View): string[] {
  const yearly = isYear(view.period);
  const counted = (id: string) =>
    tablesOf(view.catalogue, id).some((table) => table.dimensions.includes(Dimension.PLACE) && (table.frequency === 2) === yearly);
  return view.catalogue.indicators.map((each) => each.id).filter(counted);
}

function stateName(view: View, state: string): string {
  return view.words.find(`code.state.${state}`) ?? state;
}

export function PlacesPage(): JSX.Element {
  const view = useView();
  const { data, words, period } = view;
  const indicators = countedByPlace(view);
  const [wanted, setWanted] = useState('');
  const indicator = indicators.includes(wanted) ? wanted : (indicators.at(-1) ?? '');
  const ofIndicator = (figures: Figure[]) => figures.filter((each) => each.indicator === indicator);
  const zones = ofIndicator(data.period(period)?.figures ?? []).filter((each) => codeOf(each, Dimension.PLACE) !== '');
  const states = ofIndicator(data.byState(period) ?? []);
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
      <Bars title={words.say('places.zones')} figures={zones} name={(code) => codeName(view, Dimension.PLACE, code)} />
      <States figures={states} />
      <Legend />
    </>
  );
}

function Bars({ title, figures, name }: { title: string; figures: Figure[]; name: (code: string) => string }): JSX.Element {
  const view = useView();
  const { words } = view;
  const points = figures.map((figure) => ({
    kind: kindOf(figure),
    value: Number(figure.number),
    margin: Number(figure.margin),
    series: 0 as const,
  }));
  const domain = domainOf(points);
  const nameOf = (figure: Figure) => name(codeOf(figure, Dimension.PLACE));
  return (
    <Chart
      title={title}
      tableTitle={words.say('table.show')}
      table={<FigureTable caption={title} figures={figures} name={nameOf} />}
    >
      <ul class="interval-rows">
        {figures.map((figure, index) => (
          <li key={codeOf(figure, Dimension.PLACE)}>
            <span class="row-name">{nameOf(figure)}</span>
            <Intervals
              points={points.slice(index, index + 1)}
              domain={domain}
              label={`${nameOf(figure)}: ${valueText(view, figure)}`}
            />
            <span class="row-value">
              <Value figure={figure} />
            </span>
          </li>
        ))}
        <li class="axis" aria-hidden="true">
          <span class="row-name" />
          <IntervalAxis domain={domain} format={formatCount} />
          <span class="row-value" />
        </li>
      </ul>
    </Chart>
  );
}

/** The map, and each state in words: the figure, or whose yes it would need. */
function States({ figures }: { figures: Figure[] }): JSX.Element {
  const view = useView();
  const { data, words, catalogue } = view;
  const zones = data.zones();
  const stateFigure = (state: string) =>
    figures.find((each) => {
      const code = codeOf(each, Dimension.PLACE);
      const place = catalogue.places.find((one) => one.id === code && one.kind === PlaceKind.STATE);
      return code === state || (place?.collectives ?? []).some((id) => data.collectives().find((one) => one.id === id)?.state === state);
    });
  const rows = data.statesOfRoster().map((state) => {
    const collectives = data.collectives().filter((each) => each.state === state);
    const zone = zones.findIndex((each) => collectives.some((one) => each.collectives.includes(one.id)));
    return { state, collectives, zone, figure: stateFigure(state) };
  });
  const tiles: Tile[] = rows.map(({ state, zone, figure }) => ({
    state,
    kind: kindOf(figure),
    zone: zone < 0 ? undefined : zone,
    name: `${stateName(view, state)}: ${valueText(view, figure)}`,
  }));
  const title = words.say('places.states');
  return (
    <Chart
      title={title}
      note={words.say('places.states_note')}
      tableTitle={words.say('table.show')}
      table={<FigureTable caption={title} figures={figures} name={(figure) => stateName(view, codeOf(figure, Dimension.PLACE))} />}
    >
      <div class="map">
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
        <ul class="states">
          {rows.map(({ state, collectives, figure }) => (
            <li key={state}>
              <strong>{stateName(view, state)}</strong> <Value figure={figure} />
              {kindOf(figure) === 'private' && (
                <small>{words.say('places.whose_yes', { names: words.list(collectives.map((each) => each.title || each.id)) })}</small>
              )}
            </li>
          ))}
        </ul>
      </div>
    </Chart>
  );
}
