// SPDX-License-Identifier: Apache-2.0
// Days without a time, as records have them, and moments, for people.
import { create } from '@bufbuild/protobuf';
import { timestampDate, type Timestamp } from '@bufbuild/protobuf/wkt';
import { DateSchema, type Date as Day } from '../generated/google/type/date_pb';
import type { Language } from '../shared/language';

/** "4 July 2026", or a dash. */
export function sayDay(words: Language, day: Day | undefined): string {
  return day ? words.date(new Date(Date.UTC(day.year, day.month - 1, day.day))) : '–';
}

export function sayMoment(words: Language, moment: Timestamp | undefined): string {
  return moment ? words.dateAndTime(timestampDate(moment)) : '–';
}

const INDIA_AHEAD_MS = 5.5 * 3_600_000;

/** "2026-07-04", for a field that asks for a day: today in India, which has one time all year. No locale promises this form. */
export function today(): string {
  return new Date(Date.now() + INDIA_AHEAD_MS).toISOString().slice(0, 10);
}

/** What a field that asks for a day holds; none when it is empty. */
export function dayFrom(text: string): { year: number; month: number; day: number } | undefined {
  const [year, month, day] = text.split('-').map(Number);
  return year && month && day ? { year, month, day } : undefined;
}

/** Of a quarter, "2026Q3", or of a year, "2026". */
export function firstDay(period: string): Day | undefined {
  const [year, quarter = 1] = period.split('Q').map(Number);
  return year ? create(DateSchema, { year, month: 3 * quarter - 2, day: 1 }) : undefined;
}

/** Days from today until the day; below 0 when it is over. */
export function daysUntil(day: Day): number {
  const [year = 0, month = 1, date = 1] = today().split('-').map(Number);
  return Math.round((Date.UTC(day.year, day.month - 1, day.day) - Date.UTC(year, month - 1, date)) / 86_400_000);
}

export function hexadecimal(bytes: Uint8Array): string {
  return [...bytes].map((each) => each.toString(16).padStart(2, '0')).join('');
}
