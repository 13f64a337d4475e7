// SPDX-License-Identifier: Apache-2.0
// The languages of the pages, and the words of one of them. Figures are written in Latin digits with Indian grouping in
// every language, so that a table in Bengali can be compared with one in Hindi; dates as people write them.
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';

export const LANGUAGES = {
  en: 'English',
  hi: 'हिन्दी',
  bn: 'বাংলা',
  te: 'తెలుగు',
  ta: 'தமிழ்',
  or: 'ଓଡ଼ିଆ',
  mr: 'मराठी',
} as const;
export type LanguageId = keyof typeof LANGUAGES;
export type Messages = Record<string, string | MessageFormatElement[]>;
export type Values = Record<string, string | number>;

/** Days are India's, wherever the reader is: deadlines are. */
const timeZone = 'Asia/Kolkata';
const NUMBERS = new Intl.NumberFormat('en-IN');

/**
 * What Unicode's CLDR has for a language that not every browser knows: Chromium has no Odia. Its dates stand in the order of
 * American English.
 */
const OWN: Partial<Record<LanguageId, { months: string[]; and: string }>> = {
  or: {
    months: ['ଜାନୁଆରୀ', 'ଫେବୃଆରୀ', 'ମାର୍ଚ୍ଚ', 'ଅପ୍ରେଲ', 'ମଇ', 'ଜୁନ', 'ଜୁଲାଇ', 'ଅଗଷ୍ଟ', 'ସେପ୍ଟେମ୍ବର', 'ଅକ୍ଟୋବର', 'ନଭେମ୍ବର', 'ଡିସେମ୍ବର'],
    and: 'ଓ',
  },
};

/** A count, for example "4,50,000". */
export function formatCount(count: bigint | number): string {
  return NUMBERS.format(count);
}

/** The words of one language; `english` stands in for none of them, because a test holds that no key is missing. */
export class Language {
  private readonly locale: string;
  /** Set where the browser does not know the language. */
  private readonly own: (typeof OWN)[LanguageId];
  private readonly compiled = new Map<string, IntlMessageFormat>();

  constructor(
    readonly id: LanguageId,
    private readonly messages: Messages,
  ) {
    const wanted = `${id}-IN-u-nu-latn`;
    const isKnown = Intl.DateTimeFormat.supportedLocalesOf(wanted).length > 0;
    this.locale = isKnown ? wanted : 'en-US-u-nu-latn';
    this.own = isKnown ? undefined : OWN[id];
  }

  /** The text of a key. Throws where there is none: a key is written in the program, never by a user. */
  say(key: string, values: Values = {}): string {
    const message = this.messages[key];
    if (message === undefined) throw new Error(`no message ${key}`);
    if (typeof message === 'string') return message;
    let format = this.compiled.get(key);
    if (!format) {
      format = new IntlMessageFormat(message, this.id, undefined, {
        formatters: {
          getNumberFormat: () => NUMBERS,
          getDateTimeFormat: (_, options) => new Intl.DateTimeFormat(this.locale, options),
          getPluralRules: (_, options) => new Intl.PluralRules(this.id, options),
        },
      });
      this.compiled.set(key, format);
    }
    return String(format.format(values));
  }

  /** The text of a key that may not be there: of an id that a catalogue made. */
  find(key: string): string | undefined {
    const message = this.messages[key];
    return typeof message === 'string' ? message : undefined;
  }

  /**
   * A text of the catalogue in this language. The catalogue is data that collectives sign, in English; there is a translation
   * only where the English words that it was made from are still the catalogue's own.
   */
  translation(key: string, ofCatalogue: string): string | undefined {
    return (this.find(`english.${key}`) ?? ofCatalogue) === ofCatalogue ? this.find(key) : undefined;
  }

  date(time: Date): string {
    return this.format(time, { day: 'numeric', month: 'long', year: 'numeric' });
  }

  /** The last day before a moment: of what ends at midnight, the day that ends then. */
  lastDay(end: Date): string {
    return this.date(new Date(end.getTime() - 1));
  }

  dateAndTime(time: Date): string {
    return this.format(time, { day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit' });
  }

  /** "July to September 2026", or "the year 2026". */
  period(period: string): string {
    const [year = '', quarter] = period.split('Q');
    return quarter ? this.say(`period.quarter_${quarter}`, { year }) : this.say('period.year', { year });
  }

  /** "Jul–Sep 2026", for the ends of an axis. */
  periodShort(period: string): string {
    const [year = '', quarter] = period.split('Q');
    return quarter ? this.say(`period.short_${quarter}`, { year }) : year;
  }

  list(items: string[]): string {
    const parts = new Intl.ListFormat(this.locale, { type: 'conjunction' }).formatToParts(items);
    const and = this.own?.and ?? 'and';
    return parts.map(({ type, value }) => (type === 'literal' ? value.replace('and', and) : value)).join('');
  }

  private format(time: Date, options: Intl.DateTimeFormatOptions): string {
    const parts = new Intl.DateTimeFormat(this.locale, { ...options, timeZone }).formatToParts(time);
    const month = Number(new Intl.DateTimeFormat('en', { month: 'numeric', timeZone }).format(time));
    return parts.map(({ type, value }) => (type === 'month' ? (this.own?.months[month - 1] ?? value) : value)).join('');
  }
}

const LOADERS: Record<LanguageId, () => Promise<{ default: Messages }>> = {
  en: () => import('virtual:messages/en'),
  hi: () => import('virtual:messages/hi'),
  bn: () => import('virtual:messages/bn'),
  te: () => import('virtual:messages/te'),
  ta: () => import('virtual:messages/ta'),
  or: () => import('virtual:messages/or'),
  mr: () => import('virtual:messages/mr'),
};

export async function loadLanguage(id: LanguageId): Promise<Language> {
  return new Language(id, (await LOADERS[id]()).default);
}

const KEPT = 'aangan.language';

/** The language chosen before on this computer, or the browser's first that we have, or English. */
export function wantedLanguage(): LanguageId {
  const wanted = [localStorage.getItem(KEPT) ?? '', ...navigator.languages].map((each) => each.slice(0, 2));
  return (wanted.find((each) => each in LANGUAGES) ?? 'en') as LanguageId;
}

export function keepLanguage(id: LanguageId): void {
  localStorage.setItem(KEPT, id);
}
