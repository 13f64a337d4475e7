// SPDX-License-Identifier: Apache-2.0
// What every view of the federation's page is given, and how it names what the catalogue holds.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Dimension, type Catalogue } from '../generated/aangan/federation/v1/catalogue_pb';
import type { Figure } from '../generated/aangan/federation/v1/figures_pb';
import type { Language } from '../shared/language';
import type { FederationData } from './data';
import { LIST_OF, codeTitle, indicatorOf } from './figures';

export interface View {
  data: FederationData;
  catalogue: Catalogue;
  words: Language;
  /** The period that is looked at. */
  period: string;
}

export const ViewContext = createContext<View | undefined>(undefined);

export function useView(): View {
  const view = useContext(ViewContext);
  if (!view) throw new Error('a view outside of the page');
  return view;
}

/** A text of the catalogue in the reader's language, or else in the words that were signed. */
export function translated(view: View, key: string, ofCatalogue: string): string {
  return view.words.translation(key, ofCatalogue) ?? ofCatalogue;
}

export function codeName(view: View, dimension: Dimension, code: string): string {
  const title = codeTitle(view.catalogue, dimension, code);
  const list = dimension === Dimension.PLACE ? 'place' : LIST_OF[dimension];
  return list ? translated(view, `code.${list}.${code}`, title) : title;
}

export function question(view: View, indicator: string): string {
  const title = indicatorOf(view.catalogue, indicator)?.question ?? indicator;
  return translated(view, `question.${indicator}`, title);
}

/** A few words for the row of a table; the question where there are none. */
export function shortName(view: View, indicator: string): string {
  return view.words.find(`short.${indicator}`) ?? question(view, indicator);
}

/** The codes of a figure as a name, for the rows of one table. */
export function codesName(view: View, figure: Figure): string {
  return figure.codes.map((each) => codeName(view, each.dimension, each.code)).join(', ') || shortName(view, figure.indicator);
}

/** "Received what they needed: Health care". */
export function figureName(view: View, figure: Figure): string {
  const name = shortName(view, figure.indicator);
  return figure.codes.length > 0 ? view.words.say('figure.with_codes', { name, codes: codesName(view, figure) }) : name;
}

const PARTS: Partial<Record<Dimension, string>> = {
  [Dimension.PLACE]: 'zone',
  [Dimension.AGE_BAND]: 'age',
  [Dimension.GENDER]: 'gender',
  [Dimension.EXPLOITATION_TYPE]: 'exploitation',
  [Dimension.DOMAIN]: 'domain',
  [Dimension.SERVICE_TYPE]: 'service',
};

/** The word by which an address asks for a dimension: "zone", "age". */
export function partsWord(dimension: Dimension | undefined): string {
  return (dimension !== undefined && PARTS[dimension]) || 'other';
}

/** "By zone". */
export function partsTitle(view: View, table: string): string {
  const dimensions = view.catalogue.tables.find((each) => each.id === table)?.dimensions ?? [];
  return view.words.say(`parts.${partsWord(dimensions.length === 1 ? dimensions[0] : undefined)}`);
}
