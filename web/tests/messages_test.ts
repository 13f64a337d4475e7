// @vitest-environment node
// SPDX-License-Identifier: Apache-2.0
// Every language has every message with the same placeholders, and figures look the same in all of them.
import { readFileSync, readdirSync } from 'node:fs';
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { describe, expect, it, vi } from 'vitest';
import { AuditAction } from '../generated/aangan/node/v1/audit_pb';
import { LANGUAGES, formatCount, loadLanguage, type LanguageId } from '../shared/language';

const folder = new URL('../messages/', import.meta.url);
const read = (id: string) => JSON.parse(readFileSync(new URL(`${id}.json`, folder), 'utf8')) as Record<string, string>;
const english = read('en');

/** Whether a text has forms for counts, as all of them have it at its top. */
const isPlural = (text: string) => parse(text, { ignoreTag: true }).some((each) => each.type === TYPE.plural);

/** Names of the placeholders of a text, those inside of plural forms too. */
function placeholders(text: string): string[] {
  const found = new Set<string>();
  const walk = (elements: MessageFormatElement[]) => {
    for (const each of elements) {
      if (each.type === TYPE.argument || each.type === TYPE.plural || each.type === TYPE.select) found.add(each.value);
      if (each.type === TYPE.plural || each.type === TYPE.select) Object.values(each.options).forEach((one) => walk(one.value));
    }
  };
  walk(parse(text, { ignoreTag: true }));
  return [...found].sort();
}

it('has a file for each language and no other', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(LANGUAGES).map((id) => `${id}.json`).sort());
});

describe.each(Object.keys(LANGUAGES) as LanguageId[])('%s', (id) => {
  const texts = read(id);

  it('has every key in the order of English', () => {
    expect(Object.keys(texts)).toEqual(Object.keys(english));
  });

  it('has the placeholders of English and no empty text', () => {
    for (const [key, text] of Object.entries(texts)) {
      expect(text.trim(), key).toBe(text);
      expect(text, key).not.toBe('');
      expect(placeholders(text), key).toEqual(placeholders(english[key] ?? ''));
    }
  });

  it('writes digits in Latin and says what it is told', async () => {
    const words = await loadLanguage(id);
    expect(Object.values(texts).join(' ')).not.toMatch(/[०-९০-৯౦-౯௦-௯୦-୯]/);
    expect(words.say('value.number', { number: formatCount(450000n), margin: formatCount(38n) })).toMatch(/4,50,000.*38|38.*4,50,000/);
    expect(words.period('2026Q3')).toContain('2026');
    expect(words.say('changes.others', { count: 12345 })).toContain('12,345');
    expect(words.say('changes.others', { count: 123456 })).toContain('1,23,456');
  });

  it('writes dates as people do in it, with Latin digits', async () => {
    // Debian 12 and 13 have different releases of Unicode's CLDR: the name of the month holds in both, the commas do not.
    const october = {
      en: 'October',
      hi: /^अक्[तट]ूबर$/,
      bn: 'অক্টোবর',
      te: 'అక్టోబర్',
      ta: 'அக்டோபர்',
      or: 'ଅକ୍ଟୋବର',
      mr: 'ऑक्टोबर',
    }[id];
    // The browser may not know the language at all, as Chromium knows no Odia.
    for (const isKnown of id === 'or' ? [true, false] : [true]) {
      const known = vi.spyOn(Intl.DateTimeFormat, 'supportedLocalesOf');
      if (!isKnown) known.mockReturnValue([]);
      const words = await loadLanguage(id);
      known.mockRestore();
      // One minute of the last evening of October in India, whatever the reader's zone.
      const said = [words.date(new Date('2026-10-31T18:29:00Z')), words.lastDay(new Date('2026-10-31T18:30:00Z'))];
      for (const date of said) {
        expect(date.match(/\d+/g)?.sort()).toEqual(['2026', '31']);
        expect(date.replace(/[\d,. ]/g, '')).toMatch(typeof october === 'string' ? new RegExp(`^${october}$`) : (october as RegExp));
      }
      const withTime = words.dateAndTime(new Date('2026-10-31T18:29:00Z'));
      expect(withTime.match(/\d+/g)?.sort()).toEqual(['11', '2026', '31', '59']);
      if (id !== 'en') expect(withTime.replace(/am|pm/gi, ''), 'no month of another language').not.toMatch(/[a-z]/i);
      const months = Array.from({ length: 12 }, (_, month) => words.date(new Date(Date.UTC(2026, month, 15))).replace(/[\d,. ]/g, ''));
      expect(new Set(months).size).toBe(12);
      if (id !== 'en') expect(words.list(['1', '2', '3'])).not.toMatch(/[a-z]/i);
    }
  });

  it('never says one where there is none', async () => {
    // In Hindi and Bengali the form "one" is that of 0 too: what names the number is of that number alone.
    const words = await loadLanguage(id);
    const plurals = Object.keys(texts).filter((key) => isPlural(texts[key] ?? ''));
    expect(plurals.length).toBeGreaterThan(15);
    const say = (key: string, count: number) =>
      words.say(key, { ...Object.fromEntries(placeholders(texts[key] ?? '').map((each) => [each, 'x'])), count });
    for (const key of plurals) {
      expect(placeholders(texts[key] ?? ''), key).toContain('count');
      expect(say(key, 0), key).not.toBe(say(key, 1));
      expect(/=0 \{/.test(texts[key] ?? '') || say(key, 0).includes('0'), key).toBe(true);
    }
  });

  it('is translated', () => {
    if (id === 'en') return;
    const same = Object.keys(english).filter((key) => texts[key] === english[key]);
    // Names of formats, and what is made of placeholders alone.
    const names = /^(data\.(csv|fhir|sdmx|xlsx)|figure\.with_codes|compare\.clear)$/;
    expect(same.filter((key) => !names.test(key))).toEqual([]);
  });
});

describe('what is translated', () => {
  const ofDeploy = (path: string) => readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');
  /** Of every `name` of the proposed catalogue, by the indicator's id. */
  const ofIndicators = (name: string) =>
    Object.fromEntries(
      ofDeploy('default.catalogue.txtpb')
        .split('indicators {')
        .slice(1)
        .map((each) => [/ id: "(\w+)"/.exec(each)?.[1], new RegExp(` ${name}: "(.*)"`).exec(each)?.[1]]),
    ) as Record<string, string>;
  const translated = (prefix: string) =>
    Object.fromEntries(
      Object.entries(english)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, text]) => [key.slice(prefix.length), text]),
    );

  it.each(['age_band', 'domain', 'exploitation_type', 'gender', 'state'])('is every code of the list %s', (list) => {
    const codes = [...ofDeploy(`codes/${list}.txtpb`).matchAll(/codes \{ id: "(\w+)" title: "(.*?)"/g)];
    expect(codes.length).toBeGreaterThan(4);
    expect(translated(`code.${list}.`)).toEqual(Object.fromEntries(codes.map((each) => [each[1], each[2]])));
  });

  it.each([
    ['question', 'question.'],
    ['meaning', 'meant.'],
  ])('is each %s of the proposed catalogue', (name, prefix) => {
    expect(Object.keys(ofIndicators(name)).length).toBeGreaterThan(30);
    expect(translated(prefix)).toEqual(ofIndicators(name));
  });

  it('is what the audit writes down', () => {
    const actions = Object.values(AuditAction).filter((each): each is string => typeof each === 'string' && each !== 'UNSPECIFIED');
    expect(actions.length).toBeGreaterThan(40);
    expect(Object.keys(translated('op.action.')).sort()).toEqual(actions.map((each) => each.toLowerCase()).sort());
  });

  it('is said only of the words that it was made from', async () => {
    const words = await loadLanguage('bn');
    const meaning = english['meant.new_members'] ?? '';
    expect(words.translation('meant.new_members', meaning)).toBe(read('bn')['meant.new_members']);
    expect(words.translation('meant.new_members', `${meaning} And others.`)).toBeUndefined();
    expect(words.translation('meant.no_such', meaning)).toBeUndefined();
  });
});

it('knows no key that is not there', async () => {
  const words = await loadLanguage('en');
  expect(() => words.say('no.such.key')).toThrow('no message no.such.key');
  expect(words.find('no.such.key')).toBeUndefined();
});

it('has each message that the program says', () => {
  const sources = ['../shared/', '../shared/charts/', '../federation/', '../operator/'].flatMap((path) => {
    const at = new URL(path, import.meta.url);
    return readdirSync(at).filter((name) => /\.tsx?$/.test(name)).map((name) => readFileSync(new URL(name, at), 'utf8'));
  });
  const said = [...sources.join('\n').matchAll(/\.say\('([a-z0-9_.]+)'/g)].map((match) => match[1] ?? '');
  expect(said.length).toBeGreaterThan(50);
  expect(said.filter((key) => !(key in english))).toEqual([]);
});
