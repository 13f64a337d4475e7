// SPDX-License-Identifier: Apache-2.0
// The small file that says which column goes into which field, and what its values mean: the command's own
// (client/command/csv_mapping.h), read and written, with the same rules.
import { parse, stringify, TomlError } from 'smol-toml';
import { trimmed } from './import_csv';
import { FieldPath, wholeNumber } from './import_field';

export const DATE_FORMS = ['yyyy-mm-dd', 'dd/mm/yyyy', 'mm/dd/yyyy'] as const;
export type DateForm = (typeof DATE_FORMS)[number];

export interface MappedColumn {
  name: string;
  field: FieldPath;
  /** An age or a range of ages: the year of birth is referenceYear less its middle. */
  isAgeRange: boolean;
  referenceYear: number;
  dateForm: DateForm;
  /** Besides those of the whole mapping. */
  notRecorded: string[];
  /** What each value of the column means; any other refuses the row. Empty: values are taken as they are. */
  values: [string, string][];
  /** On the page, what was typed for `values` and can not be read, and its first line that is at fault, from 1: the mapping
   * is not to be used until that is put right. */
  unread?: { text: string; line: number } | undefined;
}

export interface DefaultValue {
  field: FieldPath;
  value: string;
}

export interface Mapping {
  /** Part of every row's identity. */
  id: string;
  /** What stands for nothing in every column, besides empty. */
  notRecorded: string[];
  /** Fields that are the same in every row. */
  defaults: DefaultValue[];
  columns: MappedColumn[];
}

/** What is wrong with a mapping file, and at which key, field or line. */
export interface MappingFault {
  what: 'toml' | 'key' | 'field' | 'id' | 'column' | 'kind';
  at: string;
}

/** What a value of a column must be. */
export type ColumnFault = 'not_listed' | 'age' | 'day_form';

const AGE_MAX = 120;

class Refused extends Error {
  constructor(readonly fault: MappingFault) {
    super();
  }
}
const refuse = (what: MappingFault['what'], at: string): never => {
  throw new Refused({ what, at });
};

type Table = Record<string, unknown>;

function tableOf(value: unknown, what: MappingFault['what'], at: string): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date) ? (value as Table) : refuse(what, at);
}

/** A text, or a whole number as it is written: values of a CSV are text. */
function textOf(value: unknown, what: MappingFault['what'], at: string): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : refuse(what, at);
}

function textsOf(value: unknown, what: MappingFault['what'], at: string): string[] {
  return Array.isArray(value) ? value.map((each) => textOf(each, what, at)) : refuse(what, at);
}

function checkKeys(table: Table, known: string[]): void {
  for (const key of Object.keys(table)) if (!known.includes(key)) refuse('key', key);
}

const fieldOf = (text: string): FieldPath => FieldPath.parse(text) ?? refuse('field', text);

function columnOf(each: unknown): MappedColumn {
  const table = tableOf(each, 'column', '');
  checkKeys(table, ['name', 'field', 'kind', 'not_recorded', 'values', 'reference_year', 'date_form']);
  const name = textOf(table.name, 'column', '');
  const field = fieldOf(textOf(table.field, 'column', name));
  const kind = textOf(table.kind ?? 'plain', 'kind', name);
  const dateForm = textOf(table.date_form ?? DATE_FORMS[0], 'kind', name) as DateForm;
  const referenceYear = typeof table.reference_year === 'number' ? table.reference_year : 0;
  const isAgeRange = kind === 'age_range';
  if (!['plain', 'age_range'].includes(kind) || !DATE_FORMS.includes(dateForm)) refuse('kind', name);
  if (isAgeRange && (referenceYear < 1950 || !field.isBirthYear)) refuse('kind', name);
  const values = Object.entries(tableOf(table.values ?? {}, 'column', name)).map(
    ([value, meaning]) => [value, textOf(meaning, 'column', name)] as [string, string],
  );
  return { name, field, isAgeRange, referenceYear, dateForm, notRecorded: textsOf(table.not_recorded ?? [], 'column', name), values };
}

/** Reads a mapping file. */
export function parseMapping(text: string): Mapping | MappingFault {
  try {
    const file: Table = parse(text);
    checkKeys(file, ['id', 'not_recorded', 'defaults', 'column']);
    const id = textOf(file.id ?? '', 'id', '');
    if (!/^[a-z0-9_-]{1,60}$/.test(id)) refuse('id', id);
    const defaults = Object.entries(tableOf(file.defaults ?? {}, 'column', 'defaults')).map(([field, value]) => ({
      field: fieldOf(field),
      value: textOf(value, 'column', field),
    }));
    const columns = Array.isArray(file.column) ? file.column.map(columnOf) : refuse('column', '');
    return { id, notRecorded: textsOf(file.not_recorded ?? [], 'column', 'not_recorded'), defaults, columns };
  } catch (error) {
    if (error instanceof Refused) return error.fault;
    if (error instanceof TomlError) return { what: 'toml', at: String(error.line) };
    throw error;
  }
}

/** The file of a mapping, for the command too. */
export function writeMapping(mapping: Mapping): string {
  const columns = mapping.columns.map((each) => ({
    name: each.name,
    field: each.field.text,
    ...(each.isAgeRange ? { kind: 'age_range', reference_year: each.referenceYear } : {}),
    ...(each.dateForm === DATE_FORMS[0] ? {} : { date_form: each.dateForm }),
    ...(each.notRecorded.length > 0 ? { not_recorded: each.notRecorded } : {}),
    ...(each.values.length > 0 ? { values: Object.fromEntries(each.values) } : {}),
  }));
  const defaults = Object.fromEntries(mapping.defaults.map((each) => [each.field.text, each.value]));
  return stringify({ id: mapping.id, not_recorded: mapping.notRecorded, defaults, column: columns });
}

/** A column that the file does not have, or has twice. */
export function missingColumn(mapping: Mapping, header: string[]): string | undefined {
  return mapping.columns.find((each) => header.filter((name) => name === each.name).length !== 1)?.name;
}

/** The text that goes into the field: undefined when it is not recorded. */
export function valueFor(column: MappedColumn, notRecorded: string[], field: string): { text: string | undefined } | { fault: ColumnFault } {
  const value = trimmed(field);
  if (value === '' || notRecorded.includes(value) || column.notRecorded.includes(value)) return { text: undefined };
  if (column.values.length > 0) {
    const found = column.values.find(([each]) => each === value);
    return found ? { text: found[1] } : { fault: 'not_listed' };
  }
  if (column.isAgeRange) {
    const year = yearOfAgeRange(value, column.referenceYear);
    return year === undefined ? { fault: 'age' } : { text: year };
  }
  if (column.field.isDay) {
    const day = yearFirst(value, column.dateForm);
    return day === undefined ? { fault: 'day_form' } : { text: day };
  }
  return { text: value };
}

function yearOfAgeRange(value: string, referenceYear: number): string | undefined {
  const ages = [...value.matchAll(/[0-9]+/g)].map((match) => Number(match[0]));
  const [first, last] = [ages[0], ages.at(-1)];
  if (ages.some((age) => age > AGE_MAX) || first === undefined || last === undefined || ages.length > 2 || first > last) return undefined;
  return String(referenceYear - Math.floor((first + last) / 2)); // "48+" counts as 48
}

function yearFirst(value: string, form: DateForm): string | undefined {
  if (form === 'yyyy-mm-dd') return value;
  const parts = value.split(/[/.-]/);
  const [first, second, year] = parts.map(wholeNumber);
  if (parts.length !== 3 || parts[2]?.length !== 4 || first === undefined || second === undefined || year === undefined) return undefined;
  const [month, day] = form === 'dd/mm/yyyy' ? [second, first] : [first, second];
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
}
