// SPDX-License-Identifier: Apache-2.0
// Periods as a line with its margin as a band, from zero. Where there is no number the line is broken and a mark stands on
// the axis in its place.
import { scaleLinear, scalePoint } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { JSX } from 'preact';
import { anchor } from './intervals';
import { Mark, useWidth, type ValueKind } from './marks';

export interface PeriodPoint {
  period: string;
  label: string;
  kind: ValueKind;
  value: number;
  margin: number;
}

const LEFT = 44;
const RIGHT = 24;
const TOP = 10;
const BOTTOM = 26;

/** `top` is the upper end of the scale, shared by charts that are compared. */
export function LineBand(props: {
  points: PeriodPoint[];
  top: number;
  label: string;
  format: (count: number) => string;
  height?: number;
}): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const height = props.height ?? 220;
  const x = scalePoint(props.points.map((each) => each.period), [LEFT, Math.max(width - RIGHT, LEFT + 1)]);
  const y = scaleLinear([0, Math.max(props.top, 10)], [height - BOTTOM, TOP]).nice(height < 180 ? 2 : 4);
  const ticks = y.ticks(height < 180 ? 2 : 4);
  const at = (point: PeriodPoint) => x(point.period) ?? LEFT;
  const isNumber = (point: PeriodPoint) => point.kind === 'number';
  const band = area<PeriodPoint>()
    .defined(isNumber)
    .x(at)
    .y0((point) => y(Math.max(0, point.value - point.margin)))
    .y1((point) => y(point.value + point.margin));
  const path = line<PeriodPoint>().defined(isNumber).x(at).y((point) => y(point.value));
  return (
    <div class="plot" ref={element}>
      <svg width={width} height={height} role="img" aria-label={props.label} class="series-0">
        {ticks.map((tick) => (
          <g key={tick}>
            <line class={tick === 0 ? 'zero' : 'grid'} x1={LEFT - 6} x2={width - 4} y1={y(tick)} y2={y(tick)} />
            <text class="tick" x={LEFT - 10} y={y(tick) + 4} text-anchor="end">
              {props.format(tick)}
            </text>
          </g>
        ))}
        <path class="band" d={band(props.points) ?? ''} />
        <path class="line" d={path(props.points) ?? ''} />
        {props.points.map((point) => (
          <g key={point.period}>
            {isNumber(point) && (
              <line
                class="interval"
                x1={at(point)}
                x2={at(point)}
                y1={y(Math.max(0, point.value - point.margin))}
                y2={y(point.value + point.margin)}
              />
            )}
            <Mark kind={point.kind} x={at(point)} y={isNumber(point) ? y(point.value) : y(0) - 9} radius={5} />
          </g>
        ))}
        {labelled(props.points, width).map((point) => (
          <text class="tick" key={point.period} x={at(point)} y={height - 6} text-anchor={anchor(at(point) - LEFT + 24, width - LEFT)}>
            {point.label}
          </text>
        ))}
      </svg>
    </div>
  );
}

/** As many labels as there is room for; the newest always has one. */
function labelled(points: PeriodPoint[], width: number): PeriodPoint[] {
  const step = Math.max(1, Math.ceil((points.length * 92) / Math.max(width - LEFT - RIGHT, 92)));
  return points.filter((_, index) => (points.length - 1 - index) % step === 0);
}
