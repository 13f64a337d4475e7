// SPDX-License-Identifier: Apache-2.0
// India as one square a state or union territory, near where it lies. It says which states a figure is of; it is never the
// only way to a figure.
import type { JSX } from 'preact';
import { Mark, useWidth, type ValueKind } from './marks';

/** Column and row of each code of the list "state", with its two letters (ISO 3166-2:IN). */
export const TILES: Record<string, [number, number, string]> = {
  jammu_and_kashmir: [2, 0, 'JK'],
  ladakh: [3, 0, 'LA'],
  punjab: [1, 1, 'PB'],
  chandigarh: [2, 1, 'CH'],
  himachal_pradesh: [3, 1, 'HP'],
  haryana: [1, 2, 'HR'],
  delhi: [2, 2, 'DL'],
  uttarakhand: [3, 2, 'UK'],
  sikkim: [5, 2, 'SK'],
  arunachal_pradesh: [8, 2, 'AR'],
  rajasthan: [1, 3, 'RJ'],
  uttar_pradesh: [3, 3, 'UP'],
  bihar: [4, 3, 'BR'],
  west_bengal: [5, 3, 'WB'],
  assam: [7, 3, 'AS'],
  nagaland: [8, 3, 'NL'],
  gujarat: [1, 4, 'GJ'],
  madhya_pradesh: [2, 4, 'MP'],
  chhattisgarh: [3, 4, 'CG'],
  jharkhand: [4, 4, 'JH'],
  meghalaya: [6, 4, 'ML'],
  tripura: [7, 4, 'TR'],
  manipur: [8, 4, 'MN'],
  dadra_and_nagar_haveli_and_daman_and_diu: [1, 5, 'DH'],
  maharashtra: [2, 5, 'MH'],
  telangana: [3, 5, 'TG'],
  odisha: [4, 5, 'OD'],
  mizoram: [8, 5, 'MZ'],
  goa: [1, 6, 'GA'],
  karnataka: [2, 6, 'KA'],
  andhra_pradesh: [3, 6, 'AP'],
  kerala: [2, 7, 'KL'],
  tamil_nadu: [3, 7, 'TN'],
  puducherry: [4, 7, 'PY'],
  lakshadweep: [0, 7, 'LD'],
  andaman_and_nicobar_islands: [7, 7, 'AN'],
};

export interface Tile {
  state: string;
  kind: ValueKind;
  /** Number of the zone that its collectives belong to, drawn as the shape of its border; undefined without one. */
  zone: number | undefined;
  name: string;
}

const COLUMNS = 9;
const ROWS = 8;

/** States that are not among `tiles` have no collective and are drawn as an outline. */
export function TileMap({ tiles, label }: { tiles: Tile[]; label: string }): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const size = Math.min(64, Math.floor(width / COLUMNS));
  const known = new Map(tiles.map((tile) => [tile.state, tile]));
  return (
    <div class="plot" ref={element}>
      <svg width={size * COLUMNS} height={size * ROWS} role="img" aria-label={label} class="tiles">
        {Object.entries(TILES).map(([state, [column, row, letters]]) => {
          const tile = known.get(state);
          const [x, y] = [column * size, row * size];
          return (
            <g key={state}>
              <title>{tile?.name ?? letters}</title>
              <rect
                class={tile ? `tile zone-${tile.zone ?? 'none'}` : 'tile-empty'}
                x={x + 2}
                y={y + 2}
                width={size - 4}
                height={size - 4}
              />
              <text class={tile ? 'tile-name' : 'tile-name tile-faint'} x={x + size / 2} y={y + size * (tile ? 0.4 : 0.6)} text-anchor="middle">
                {letters}
              </text>
              {tile && <Mark kind={tile.kind} x={x + size / 2} y={y + size * 0.68} radius={Math.max(4, size * 0.12)} />}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
