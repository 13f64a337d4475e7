// SPDX-License-Identifier: Apache-2.0
// The five values as marks that differ in shape and pattern, so that they can be told apart without colour and in print.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** What a figure says; never one for another. */
export type ValueKind = 'number' | 'too_few' | 'private' | 'not_reported' | 'not_collected';

/** Draws the mark of a value with its middle at (x, y); `radius` in pixels. */
export function Mark({ kind, x, y, radius = 6 }: { kind: ValueKind; x: number; y: number; radius?: number }): JSX.Element {
  const r = radius;
  switch (kind) {
    case 'number':
      return <circle class="mark" cx={x} cy={y} r={r} />;
    case 'too_few':
      return (
        <g class="mark-open">
          <circle cx={x} cy={y} r={r} />
          <path d={`M${x - r} ${y + r}L${x + r} ${y - r}`} />
        </g>
      );
    case 'private':
      return (
        <g class="mark-open">
          <rect x={x - r} y={y - r} width={2 * r} height={2 * r} />
          <path d={`M${x - r} ${y}L${x} ${y - r}M${x - r} ${y + r}L${x + r} ${y - r}M${x} ${y + r}L${x + r} ${y}`} />
        </g>
      );
    case 'not_reported':
      return (
        <g class="mark-open">
          <rect x={x - r} y={y - r} width={2 * r} height={2 * r} stroke-dasharray="3 2" />
        </g>
      );
    default:
      return (
        <g class="mark-open">
          <path d={`M${x - r} ${y}L${x + r} ${y}`} />
        </g>
      );
  }
}

/** A mark beside words. */
export function MarkIcon({ kind }: { kind: ValueKind }): JSX.Element {
  return (
    <svg class="mark-icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <Mark kind={kind} x={8} y={8} radius={5.5} />
    </svg>
  );
}

/** The width of an element in pixels, so that a chart is drawn for the screen that it is on and its text stays readable. */
export function useWidth<E extends HTMLElement>(): [{ current: E | null }, number] {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(320);
  useEffect(() => {
    const target = element.current;
    if (!target || typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
