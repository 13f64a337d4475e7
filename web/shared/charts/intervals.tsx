// SPDX-License-Identifier: Apache-2.0
// A dot with its interval on a scale that all rows of a chart share, zero included.
import { scaleLinear } from 'd3-scale';
import type { ComponentChildren, JSX } from 'preact';
import { Mark, useWidth, type ValueKind } from './marks';

export interface IntervalPoint {
  kind: ValueKind;
  /** What is known of it; of a value without a number 0. */
  value: number;
  margin: number;
  /** 0 for the first of two series, 1 for the second: another shade and another shape of the ends. */
  series: 0 | 1;
}

/** Ends of the scale: all intervals and zero are in it. */
function domainOf(points: IntervalPoint[]): [number, number] {
  const shown = points.filter((each) => each.kind === 'number');
  const low = Math.min(0, ...shown.map((each) => each.value - each.margin));
  const high = Math.max(10, ...shown.map((each) => each.value + each.margin));
  return [low, high];
}

const SIDE = 10;
const STEP = 22;

export interface IntervalRow {
  id: string;
  name: ComponentChildren;
  points: IntervalPoint[];
  /** What the picture of the row says, for who can't see it. */
  label: string;
  /** The same beside the picture. */
  value: ComponentChildren;
  /** A sentence under the row. */
  note?: ComponentChildren;
  /** It says nothing clear. */
  greyed?: boolean;
}

/** Rows on one scale, which stands under them where there is a number to read on it. */
export function IntervalRows({ rows, format }: { rows: IntervalRow[]; format: (count: number) => string }): JSX.Element {
  const points = rows.flatMap((row) => row.points);
  const domain = domainOf(points);
  return (
    <ul class="interval-rows">
      {rows.map((row) => (
        <li key={row.id} class={row.greyed ? 'unclear' : undefined}>
          <span class="row-name">{row.name}</span>
          <Intervals points={row.points} domain={domain} label={row.label} greyed={row.greyed} />
          <span class="row-value">{row.value}</span>
          {row.note && <small>{row.note}</small>}
        </li>
      ))}
      {points.some((each) => each.kind === 'number') && (
        <li class="axis" aria-hidden="true">
          <span class="row-name" />
          <IntervalAxis domain={domain} format={format} />
          <span class="row-value" />
        </li>
      )}
    </ul>
  );
}

/** One row: its points under each other. `greyed` draws it as what says nothing clear. */
function Intervals(props: {
  points: IntervalPoint[];
  domain: [number, number];
  label: string;
  greyed: boolean | undefined;
}): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const scale = scaleLinear(props.domain, [SIDE, Math.max(width - SIDE, SIDE + 1)]);
  const height = STEP * props.points.length + 2;
  const zero = scale(0);
  return (
    <div class="plot" ref={element}>
      <svg width={width} height={height} role="img" aria-label={props.label} class={props.greyed ? 'greyed' : undefined}>
        <line class="zero" x1={zero} x2={zero} y1={0} y2={height} />
        {scale.ticks(4).map((tick) => (
          <line class="grid" key={tick} x1={scale(tick)} x2={scale(tick)} y1={0} y2={height} />
        ))}
        {props.points.map((point, index) => {
          const y = STEP * index + STEP / 2 + 1;
          if (point.kind !== 'number') return <Mark key={index} kind={point.kind} x={zero + 8} y={y} radius={5} />;
          const [low, high] = [scale(Math.max(point.value - point.margin, props.domain[0])), scale(point.value + point.margin)];
          return (
            <g key={index} class={`series-${point.series}`}>
              <line class="interval" x1={low} x2={high} y1={y} y2={y} />
              <path class="interval" d={`M${low} ${y - 4}V${y + 4}M${high} ${y - 4}V${y + 4}`} />
              {point.series === 0 ? (
                <circle class="dot" cx={scale(point.value)} cy={y} r={5} />
              ) : (
                <path class="dot" d={diamond(scale(point.value), y, 6)} />
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function diamond(x: number, y: number, r: number): string {
  return `M${x - r} ${y}L${x} ${y - r}L${x + r} ${y}L${x} ${y + r}Z`;
}

function IntervalAxis({ domain, format }: { domain: [number, number]; format: (count: number) => string }): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const scale = scaleLinear(domain, [SIDE, Math.max(width - SIDE, SIDE + 1)]);
  return (
    <div class="plot" ref={element} aria-hidden="true">
      <svg width={width} height={20}>
        {scale.ticks(width < 300 ? 3 : 4).map((tick) => (
          <text class="tick" key={tick} x={scale(tick)} y={14} text-anchor={anchor(scale(tick), width)}>
            {format(tick)}
          </text>
        ))}
      </svg>
    </div>
  );
}

/** Keeps a label inside its picture. */
export function anchor(x: number, width: number): 'start' | 'middle' | 'end' {
  if (x < 24) return 'start';
  return x > width - 24 ? 'end' : 'middle';
}
