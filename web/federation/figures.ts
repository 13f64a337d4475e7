// SPDX-License-Identifier: Apache-2.0
// Figures as the pages use them: which of the five values one has, how it is named, and whether two of them differ.
// The thresholds are the federation's (a figure arrives with its value and its margin); only the margin of a difference
// is computed here: the noises of two releases are independent, so their variances add up.
import {
  Dimension,
  type Catalogue,
  type Indicator,
  type Table,
} from '../generated/aangan/federation/v1/catalogue_pb';
import { FigureValue, ReleaseState, type Figure } from '../generated/aangan/federation/v1/figures_pb';
import type { IntervalPoint } from '../shared/charts/intervals';
import type { ValueKind } from '../shared/charts/marks';

export function kindOf(figure: Figure | undefined): ValueKind {
  switch (figure?.value) {
    case FigureValue.NUMBER:
      return 'number';
    case FigureValue.TOO_FEW_TO_SAY:
      return 'too_few';
    case FigureValue.SUPPRESSED:
      return 'private';
    case FigureValue.NOT_REPORTED:
      return 'not_reported';
    default:
      return 'not_collected';
  }
}

export type StateWord = 'provisional' | 'confirmed' | 'corrected' | 'disputed' | 'superseded' | 'none';

export function stateWord(state: ReleaseState | undefined): StateWord {
  switch (state) {
    case ReleaseState.PROVISIONAL:
      return 'provisional';
    case ReleaseState.CONFIRMED:
      return 'confirmed';
    case ReleaseState.CORRECTED:
      return 'corrected';
    case ReleaseState.DISPUTED:
      return 'disputed';
    case ReleaseState.SUPERSEDED:
      return 'superseded';
    default:
      return 'none';
  }
}

/** The name of a figure over all periods: indicator, table and codes. */
export function keyOf(figure: Figure): string {
  return [figure.indicator, figure.table, ...figure.codes.map((each) => `${each.dimension}=${each.code}`)].join(' ');
}

export interface Difference {
  before: Figure;
  after: Figure;
  /** Of the sums as they came out, so that a figure that was too few to say counts with what is known of it. */
  difference: number;
  /** Half width of the 95 % interval of the difference, rounded up. */
  margin: number;
  /** True if the interval leaves out zero. */
  clear: boolean;
}

/** Nothing where one of the two has no sum: not reported, private or not collected compares with nothing. */
export function differenceOf(before: Figure | undefined, after: Figure | undefined): Difference | undefined {
  if (before?.raw === undefined || after?.raw === undefined) return undefined;
  const difference = Number(after.raw - before.raw);
  const variance = Number(before.varianceHundredths + after.varianceHundredths) / 100;
  const margin = Math.ceil(1.96 * Math.sqrt(variance) - 1e-9);
  // Two figures of which nothing can be said have no difference of which something can be said.
  const known = kindOf(before) === 'number' || kindOf(after) === 'number';
  return { before, after, difference, margin, clear: known && Math.abs(difference) > margin };
}

/** All figures that are in both periods, in the order of the later one. */
export function differencesOf(before: Figure[], after: Figure[]): Difference[] {
  const earlier = new Map(before.map((figure) => [keyOf(figure), figure]));
  return after.flatMap((figure) => differenceOf(earlier.get(keyOf(figure)), figure) ?? []);
}

/** The differences beyond their margin, largest first. */
export function clearDifferences(differences: Difference[]): Difference[] {
  return differences
    .filter((each) => each.clear)
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
}

export function codeOf(figure: Figure, dimension: Dimension): string {
  return figure.codes.find((each) => each.dimension === dimension)?.code ?? '';
}

/** The list that a dimension takes its codes from; places are no list. */
export const LIST_OF: Partial<Record<Dimension, string>> = {
  [Dimension.AGE_BAND]: 'age_band',
  [Dimension.GENDER]: 'gender',
  [Dimension.EXPLOITATION_TYPE]: 'exploitation_type',
  [Dimension.DOMAIN]: 'domain',
  [Dimension.SERVICE_TYPE]: 'service_type',
};

/** The title that the catalogue gives to a code, or the code where it gives none. */
export function codeTitle(catalogue: Catalogue, dimension: Dimension, code: string): string {
  if (dimension === Dimension.PLACE) return catalogue.places.find((each) => each.id === code)?.title ?? code;
  const list = catalogue.codeLists.find((each) => each.id === LIST_OF[dimension]);
  return list?.codes.find((each) => each.id === code)?.title ?? code;
}

export function indicatorOf(catalogue: Catalogue, id: string): Indicator | undefined {
  return catalogue.indicators.find((each) => each.id === id);
}

/** The tables that count an indicator, in the catalogue's order. */
export function tablesOf(catalogue: Catalogue, indicator: string): Table[] {
  return catalogue.tables.filter((table) => table.indicators.includes(indicator));
}

/** Two indicators of a table by domain that are drawn side by side: the one that the other is a part of, then that one. */
export function pairOf(catalogue: Catalogue, table: Table): string[] {
  for (const wanted of [['needs_found', 'needs_met'], ['unmet_need', 'sustained_6_months']]) {
    if (wanted.every((id) => table.indicators.includes(id))) return wanted;
  }
  const part = table.indicators.find((id) => table.indicators.includes(indicatorOf(catalogue, id)?.denominator ?? ''));
  return part ? [indicatorOf(catalogue, part)?.denominator ?? '', part] : table.indicators.slice(0, 2);
}

/** Periods as text sort by time within quarters and within years. */
export function isYear(period: string): boolean {
  return !period.includes('Q');
}

/** A figure as a dot with its interval. */
export function intervalOf(figure: Figure | undefined, series: 0 | 1 = 0): IntervalPoint {
  return { kind: kindOf(figure), value: Number(figure?.number ?? 0n), margin: Number(figure?.margin ?? 0n), series };
}

/** What a figure is drawn up to. */
export function upperEnd(figure: Figure): number {
  return kindOf(figure) === 'number' ? Number(figure.number + figure.margin) : Number(figure.margin);
}
