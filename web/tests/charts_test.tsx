// SPDX-License-Identifier: Apache-2.0
// On every view with a chart: what is drawn is what its table says, mark by mark. Positions are read from the picture by the
// numbers on its own scale. And the five values differ in shape alone.
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, describe, expect, it } from 'vitest';
import { FederationData } from '../federation/data';
import { Page } from '../federation/page';
import { MarkIcon, type ValueKind } from '../shared/charts/marks';
import { formatCount, loadLanguage } from '../shared/language';
import { sampleTransport } from './sample';

const WORDS: [ValueKind, RegExp][] = [
  ['number', /^[+−]?[\d,]+(, give or take [\d,]+)?$|^no clear change/],
  ['too_few', /^too few to say$/],
  ['private', /^kept private$/],
  ['not_reported', /^not reported/],
  ['not_collected', /^not collected in this period$/],
];
const KINDS = WORDS.map(([kind]) => kind);

/** A mark of a picture or a row of a table, as far as both say it. */
interface Said {
  name: string;
  kind: ValueKind;
  value: number;
  margin: number;
}

const textOf = (element: Element | null | undefined) => (element?.textContent ?? '').trim();
const numberIn = (text: string) => Number(text.replaceAll(',', '').replace('−', '-'));
const at = (element: Element | null | undefined, name: string) => Number(element?.getAttribute(name));

function kindOfWords(text: string): ValueKind {
  const found = WORDS.find(([, words]) => words.test(text));
  if (!found) throw new Error(`none of the five values: ${text}`);
  return found[0];
}

/** By shape alone: no class and no colour. */
function kindOfShape(mark: Element): ValueKind {
  const shapes = (mark.matches('circle, rect, path') ? [mark] : [...mark.children]).map((each) => each.tagName.toLowerCase());
  const kinds: Record<string, ValueKind> = {
    circle: 'number',
    'circle,path': 'too_few',
    'rect,path': 'private',
    rect: 'not_reported',
    path: 'not_collected',
  };
  const kind = kinds[shapes.join()];
  if (!kind) throw new Error(`no mark: ${shapes}`);
  return kind;
}

/** From pixels to numbers, by the first and the last number written on a scale. */
function scaleOf(ticks: Element[], side: 'x' | 'y', shift = 0): { read: (pixel: number) => number; pixel: number } {
  const [first, last] = [ticks[0], ticks.at(-1)];
  const [from, to] = [at(first, side) + shift, at(last, side) + shift];
  const [low, high] = [numberIn(textOf(first)), numberIn(textOf(last))];
  expect(to).not.toBe(from);
  const step = (high - low) / (to - from);
  return { read: (pixel) => low + (pixel - from) * step, pixel: Math.abs(step) };
}

const NONE = { value: 0, margin: 0 };

/** Dots with intervals; `precision` is what a third of a pixel is worth. */
function intervalsOf(chart: Element): { drawn: Said[]; precision: number } {
  const axis = chart.querySelector('.axis');
  const scale = axis && scaleOf([...axis.querySelectorAll('text')], 'x');
  const drawn = [...chart.querySelectorAll('.interval-rows > li:not(.axis)')].flatMap((row) => {
    const name = textOf(row.querySelector('.row-name'));
    const ofRow = [...row.querySelectorAll('svg[role=img] > g, svg[role=img] > circle')];
    return ofRow.map((mark): Said => {
      const line = mark.querySelector('line.interval');
      if (!line || !scale) return { name, kind: kindOfShape(mark), ...NONE };
      const dot = mark.querySelector('circle.dot, path.dot');
      const x = dot?.tagName.toLowerCase() === 'circle' ? at(dot, 'cx') : numberIn(/^M(\S+)/.exec(dot?.getAttribute('d') ?? '')?.[1] ?? '') + 6;
      return { name, kind: 'number', value: scale.read(x), margin: (scale.read(at(line, 'x2')) - scale.read(at(line, 'x1'))) / 2 };
    });
  });
  return { drawn, precision: (scale?.pixel ?? 0) / 3 };
}

/** Lines over periods, one picture a code. */
function linesOf(chart: Element): { drawn: Said[]; precision: number } {
  let precision = 0;
  const drawn = [...chart.querySelectorAll('svg[role=img]')].flatMap((picture) => {
    const name = textOf(picture.closest('li')?.querySelector('h3'));
    const scale = scaleOf([...picture.querySelectorAll('text.tick[text-anchor=end]')].filter((each) => at(each, 'x') < 40), 'y', -4);
    precision = Math.max(precision, scale.pixel / 3);
    const marks = [...picture.querySelectorAll('circle.mark, g.mark-open')];
    return marks.map((mark): Said => {
      if (!mark.matches('circle.mark')) return { name, kind: kindOfShape(mark), ...NONE };
      const value = scale.read(at(mark, 'cy'));
      const line = mark.parentElement?.querySelector('line.interval');
      return { name, kind: 'number', value, margin: scale.read(at(line, 'y2')) - value };
    });
  });
  return { drawn, precision };
}

/** What a table of figures, or of differences, says. */
function rowsOf(chart: Element): Said[] {
  const titles = [...chart.querySelectorAll('thead th')].map(textOf);
  return [...chart.querySelectorAll('tbody tr')].map((row) => {
    const cell = (title: string) => textOf(row.children[titles.indexOf(title)]);
    const name = cell('Figure');
    if (titles.includes('Difference')) {
      const [, value = '', margin = ''] = /([+−][\d,]+), give or take ([\d,]+)/.exec(cell('Difference')) ?? [];
      return { name, kind: kindOfWords(cell('Difference')), value: numberIn(value), margin: numberIn(margin) };
    }
    const kind = kindOfWords(cell('Count'));
    return { name, kind, ...(kind === 'number' ? { value: numberIn(cell('Count')), margin: numberIn(cell('Give or take')) } : NONE) };
  });
}

function expectSame(drawn: Said[], rows: Said[], precision: number) {
  expect(drawn.map((each) => each.kind)).toEqual(rows.map((each) => each.kind));
  drawn.forEach((each, index) => {
    const row = rows[index] as Said;
    // A small picture is called by its code alone, its row by the indicator too.
    expect(row.name.endsWith(each.name), `${row.name} drawn as ${each.name}`).toBe(true);
    expect(Math.abs(each.value - row.value), `value of ${row.name}`).toBeLessThanOrEqual(precision);
    // Lines are drawn from zero on; an interval that would go below ends there.
    expect(Math.abs(each.margin - row.margin), `margin of ${row.name}`).toBeLessThanOrEqual(precision * 2);
  });
}

/** Compares every chart that is there. Returns how many marks of which kind there were. */
function compareAll(): { charts: number; kinds: ValueKind[] } {
  const charts = [...document.querySelectorAll('figure.chart')];
  const kinds = charts.flatMap((chart) => {
    const rows = rowsOf(chart);
    expect(rows.length).toBeGreaterThan(0);
    const isLines = !chart.querySelector('.interval-rows');
    const { drawn, precision } = isLines ? linesOf(chart) : intervalsOf(chart);
    expectSame(drawn, rows, precision);
    // What is read aloud of the pictures names every number too.
    const aloud = [...chart.querySelectorAll('svg[role=img]')].map((each) => each.getAttribute('aria-label')).join('; ');
    for (const { value } of rows.filter((each) => each.kind === 'number')) expect(aloud).toContain(formatCount(Math.abs(value)));
    return drawn.map((each) => each.kind);
  });
  return { charts: charts.length, kinds };
}

async function open(hash: string) {
  location.hash = hash;
  const data = new FederationData(sampleTransport());
  await data.load();
  render(<Page data={data} words={await loadLanguage('en')} choose={() => undefined} />);
}

afterEach(cleanup);

describe('a chart and its table', () => {
  it.each([
    ['overview', 1, ['number', 'too_few']],
    ['indicator/new_members?by=gender', 5, ['number', 'too_few', 'not_reported']],
    ['indicator/new_members?by=exploitation', 5, ['number', 'not_collected']],
    ['indicator/needs_met?domain=health', 1, ['number']],
    ['compare?figure=needs_met', 2, ['number']],
    ['compare?figure=new_members', 5, ['number']],
    ['overview?period=2025', 1, ['number']],
  ])('say the same: %s', async (view, count, kinds) => {
    await open(`#/${view}`);
    const { charts, kinds: seen } = compareAll();
    expect(charts).toBe(count);
    expect(kinds.filter((each) => !seen.includes(each as ValueKind))).toEqual([]);
  });

  it.each([
    ['places', 'new_members', ['number', 'private']],
    ['places', 'members_served', ['too_few', 'private']],
    ['places?period=2025Q3', 'new_members', ['not_reported', 'private']],
  ])('say the same of places: %s of %s', async (view, indicator, kinds) => {
    await open(`#/${view}`);
    await waitFor(() => expect(document.querySelector('.states')).not.toBeNull());
    fireEvent.change(screen.getByLabelText('Figure'), { target: { value: indicator } });
    await waitFor(() => expect((document.querySelector('main select') as HTMLSelectElement).value).toBe(indicator));
    expect(compareAll().charts).toBe(2);
    // The map has a mark in each square that has a row, of the row's kind, and says what the row says.
    const states = document.querySelector('.states')?.closest('figure') as Element;
    const tiles = [...states.querySelectorAll('svg.tiles > g')].filter((each) => each.querySelector('rect.tile'));
    const drawn = tiles.map((tile) => {
      const [name = '', said = ''] = textOf(tile.querySelector('title')).split(': ');
      return { name, kind: kindOfShape(tile.lastElementChild as Element), words: kindOfWords(said), said: numberIn(/^[\d,]+/.exec(said)?.[0] ?? '0') };
    });
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    const rows = rowsOf(states).map(({ name, kind, value }) => ({ name, kind, words: kind, said: value }));
    expect(drawn.sort(byName)).toEqual(rows.sort(byName));
    expect(new Set(rows.map((each) => each.kind))).toEqual(new Set(kinds));
  });
});

describe('the five values', () => {
  const shapeOf = (kind: ValueKind) => {
    render(<MarkIcon kind={kind} />);
    const mark = document.querySelector('svg')?.firstElementChild as Element;
    return { mark, drawing: (mark.innerHTML || mark.outerHTML).replace(/ class="[^"]*"/g, '') };
  };

  it('differ by shape, whatever the colour', () => {
    const drawings = KINDS.map((kind) => {
      const { mark, drawing } = shapeOf(kind);
      expect(kindOfShape(mark), kind).toBe(kind);
      cleanup();
      return drawing;
    });
    expect(new Set(drawings).size).toBe(5);
  });

  it('differ by pattern: slashed, hatched, dashed', () => {
    const strokes = (kind: ValueKind) => (shapeOf(kind).mark.querySelector('path')?.getAttribute('d') ?? '').match(/M/g)?.length ?? 0;
    expect([strokes('too_few'), (cleanup(), strokes('private')), (cleanup(), strokes('not_reported'))]).toEqual([1, 3, 0]);
    cleanup();
    expect(shapeOf('not_reported').mark.querySelector('rect')?.getAttribute('stroke-dasharray')).toBe('3 2');
    cleanup();
    expect(shapeOf('private').mark.querySelector('rect')?.getAttribute('stroke-dasharray')).toBeNull();
  });
});
