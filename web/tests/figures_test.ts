// SPDX-License-Identifier: Apache-2.0
// The five values, the margin of a difference, and what counts as a change.
import { describe, expect, it } from 'vitest';
import { Dimension } from '../generated/aangan/federation/v1/catalogue_pb';
import { FigureValue, ReleaseState } from '../generated/aangan/federation/v1/figures_pb';
import { clearDifferences, codeTitle, differenceOf, differencesOf, isYear, keyOf, kindOf, pairOf, stateWord, tablesOf } from '../federation/figures';
import { CATALOGUE, makeFigure } from './sample';

describe('kindOf', () => {
  it('keeps the five values apart', () => {
    const kinds = [FigureValue.NUMBER, FigureValue.TOO_FEW_TO_SAY, FigureValue.SUPPRESSED, FigureValue.NOT_REPORTED, FigureValue.NOT_COLLECTED];
    expect(kinds.map((value) => kindOf(makeFigure(100, 100, { value })))).toEqual([
      'number',
      'too_few',
      'private',
      'not_reported',
      'not_collected',
    ]);
    expect(kindOf(undefined)).toBe('not_collected');
  });
});

describe('differenceOf', () => {
  it('adds variances up and rounds the margin up', () => {
    // 1.96 * sqrt(300 + 100) = 39.2
    const difference = differenceOf(makeFigure(330, 300), makeFigure(412, 100));
    expect(difference).toMatchObject({ difference: 82, margin: 40, clear: true });
  });

  it('does not round a whole margin up', () => {
    // 1.96 * sqrt(5000 + 5000) = 196
    expect(differenceOf(makeFigure(1000, 5000), makeFigure(1196, 5000))).toMatchObject({ margin: 196, clear: false });
    expect(differenceOf(makeFigure(1000, 5000), makeFigure(1197, 5000))).toMatchObject({ clear: true });
  });

  it('counts what is too few to say with what is known of it', () => {
    const few = makeFigure(-20, 400);
    expect(kindOf(few)).toBe('too_few');
    expect(differenceOf(few, makeFigure(300, 400))).toMatchObject({ difference: 320, clear: true });
    expect(differenceOf(few, makeFigure(39, 400))).toMatchObject({ difference: 59, clear: false });
  });

  it('says nothing where one of the two has no sum', () => {
    const number = makeFigure(300, 400);
    for (const value of [FigureValue.SUPPRESSED, FigureValue.NOT_REPORTED, FigureValue.NOT_COLLECTED]) {
      const none = makeFigure(0, 400, { value, number: 0n, raw: undefined });
      expect(differenceOf(none, number)).toBeUndefined();
      expect(differenceOf(number, none)).toBeUndefined();
    }
    expect(differenceOf(undefined, number)).toBeUndefined();
  });
});

describe('what changed', () => {
  const of = (raw: number, code: string) => makeFigure(raw, 400, { indicator: 'needs_met', table: 't', codes: [{ dimension: Dimension.DOMAIN, code }] });

  it('compares the same figure of both periods, largest change first', () => {
    const before = [of(100, 'health'), of(500, 'housing'), of(300, 'education')];
    const after = [of(300, 'education'), of(190, 'health'), of(300, 'housing'), of(400, 'awareness')];
    const all = differencesOf(before, after);
    expect(all.map((each) => each.difference)).toEqual([0, 90, -200]);
    expect(clearDifferences(all).map((each) => each.difference)).toEqual([-200, 90]);
  });

  it('names a figure by indicator, table and codes', () => {
    expect(keyOf(of(1, 'health'))).not.toBe(keyOf(of(1, 'housing')));
    expect(keyOf(of(1, 'health'))).toBe(keyOf(of(2, 'health')));
  });
});

describe('the catalogue', () => {
  it('gives titles, tables and the pair that is drawn', () => {
    expect(codeTitle(CATALOGUE, Dimension.DOMAIN, 'health')).toBe('Health care');
    expect(codeTitle(CATALOGUE, Dimension.PLACE, 'east')).toBe('East');
    expect(codeTitle(CATALOGUE, Dimension.DOMAIN, 'unheard_of')).toBe('unheard_of');
    expect(tablesOf(CATALOGUE, 'new_members').map((each) => each.id)).toEqual(['new_by_place', 'new_by_gender', 'new_by_age_band', 'new_by_exploitation']);
    const byDomain = CATALOGUE.tables.find((each) => each.id === 'needs_by_domain');
    expect(byDomain && pairOf(CATALOGUE, byDomain)).toEqual(['needs_found', 'needs_met']);
  });

  it('knows years from quarters and states by their word', () => {
    expect([isYear('2026'), isYear('2026Q4')]).toEqual([true, false]);
    expect(stateWord(ReleaseState.DISPUTED)).toBe('disputed');
    expect(stateWord(undefined)).toBe('none');
  });
});
