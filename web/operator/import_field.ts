// SPDX-License-Identifier: Apache-2.0
// Where a value of a file goes in a row of an import: "member.gender", "consent.be_counted.decision_date",
// "service.1.received_date", "member_name". What fields there are is read from the API's own messages, as the command reads
// them (client/command/field_path.cc), so a new field needs nothing here.
import { create, ScalarType, type DescEnum, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import { AssessmentSchema, ServiceSchema } from '../generated/aangan/node/v1/casework_pb';
import { ConsentDecision, ConsentPurpose, ConsentPurposeSchema, ConsentSchema, MemberSchema } from '../generated/aangan/node/v1/members_pb';
import { DateSchema } from '../generated/google/type/date_pb';
import { trimmed } from './import_csv';

/** What a value must be. */
export type ValueFault = 'number' | 'word' | 'day';

const RECORDS_MAX = 50;
const RECORDS: Record<string, DescMessage> = {
  member: MemberSchema,
  consent: ConsentSchema,
  service: ServiceSchema,
  assessment: AssessmentSchema,
};

/** What the node fills in, and what the group's name says already. */
const OF_THE_NODE = new Set(['name', 'etag', 'create_time', 'update_time', 'purpose', 'recorded_by', 'notice_digest']);

const isDate = (field: DescField): boolean => field.message?.typeName === DateSchema.typeName;

/** The words of an enum with their numbers: SERVICE_STAGE_RECEIVED is "received". */
function wordsOf(type: DescEnum): Map<string, number> {
  return new Map(type.values.filter((each) => each.number !== 0).map((each) => [each.localName.toLowerCase(), each.number]));
}

/** A whole number of 32 bits. */
export function wholeNumber(text: string): number | undefined {
  const digits = trimmed(text);
  const number = /^[+-]?[0-9]+$/.test(digits) ? Number(digits) : NaN;
  return number >= -(2 ** 31) && number < 2 ** 31 ? number : undefined;
}

export class FieldPath {
  private constructor(
    readonly text: string,
    /** Which record of the row: "member", "consent.be_counted", "service.1"; empty for member_name. */
    readonly group: string,
    /** From the record inwards. */
    private readonly fields: DescField[],
  ) {}

  static parse(text: string): FieldPath | undefined {
    if (text === 'member_name') return new FieldPath(text, '', []);
    const parts = text.split('.');
    const kind = parts.shift() ?? '';
    let record: DescMessage | undefined = Object.hasOwn(RECORDS, kind) ? RECORDS[kind] : undefined;
    let group = kind;
    if (kind !== 'member') {
      const which = parts.shift() ?? '';
      const number = wholeNumber(which);
      const isKnown = kind === 'consent' ? wordsOf(ConsentPurposeSchema).has(which) : number !== undefined && number >= 1 && number <= RECORDS_MAX;
      if (!isKnown) return undefined;
      group += `.${which}`;
    }
    const fields: DescField[] = [];
    for (const part of parts) {
      const field: DescField | undefined = record?.fields.find((each) => each.name === part);
      if (!field || OF_THE_NODE.has(field.name)) return undefined;
      fields.push(field);
      record = isDate(field) ? undefined : field.message;
    }
    // A path ends at a value, not at a message.
    return fields.length > 0 && !record ? new FieldPath(text, group, fields) : undefined;
  }

  /** Every path, with the first number of each group. */
  static all(): string[] {
    const purposes = [...wordsOf(ConsentPurposeSchema).keys()];
    return [
      'member_name',
      ...pathsOf('member.', MemberSchema),
      ...purposes.flatMap((purpose) => pathsOf(`consent.${purpose}.`, ConsentSchema)),
      ...pathsOf('service.1.', ServiceSchema),
      ...pathsOf('assessment.1.', AssessmentSchema),
    ];
  }

  get isDay(): boolean {
    const last = this.fields.at(-1);
    return last !== undefined && isDate(last);
  }

  get isBirthYear(): boolean {
    return this.text === 'member.birth_year';
  }

  /** Whether it says that she consented or not. */
  get isDecision(): boolean {
    return this.text === `${this.group}.decision`;
  }

  /** The words that the field knows; none where it is no list of words. */
  words(): string[] {
    const last = this.fields.at(-1);
    return last?.enum ? [...wordsOf(last.enum).keys()] : [];
  }

  /** Sets the field in the group's message, or says what the text must be. */
  set(record: Message, text: string): ValueFault | undefined {
    let holder = record as unknown as Record<string, unknown>;
    for (const field of this.fields.slice(0, -1)) {
      holder = (holder[field.localName] ??= create(field.message as DescMessage)) as Record<string, unknown>;
    }
    const field = this.fields.at(-1) as DescField;
    const name = field.localName;
    if (isDate(field)) {
      const day = dayOf(text);
      if (!day) return 'day';
      holder[name] = create(DateSchema, day);
    } else if (field.enum) {
      const number = wordsOf(field.enum).get(text);
      if (number === undefined) return 'word';
      holder[name] = number;
    } else if (field.scalar === ScalarType.INT32) {
      const number = wholeNumber(text);
      if (number === undefined) return 'number';
      holder[name] = number;
    } else if (field.fieldKind === 'list') {
      (holder[name] as string[]).push(text);
    } else {
      holder[name] = text;
    }
    return undefined;
  }
}

function pathsOf(prefix: string, record: DescMessage): string[] {
  return record.fields
    .filter((field) => !OF_THE_NODE.has(field.name))
    .flatMap((field) => (field.message && !isDate(field) ? pathsOf(`${prefix}${field.name}.`, field.message) : [`${prefix}${field.name}`]));
}

/** "2026-08-03". */
function dayOf(text: string): { year: number; month: number; day: number } | undefined {
  const [year, month, day, more] = text.split('-').map(wholeNumber);
  if (text.length !== 10 || more !== undefined || year === undefined || month === undefined || day === undefined) return undefined;
  return { year, month, day };
}

/** An empty record of a group; a consent is given unless a default says otherwise, or a column: an empty cell of that one
 * is no yes (undecided in import_rows.ts). */
export function newRecord(group: string): Message {
  const [kind = '', which = ''] = group.split('.');
  const record = create(RECORDS[kind] as DescMessage);
  if (kind !== 'consent') return record;
  const purpose = wordsOf(ConsentPurposeSchema).get(which) ?? ConsentPurpose.UNSPECIFIED;
  return Object.assign(record, { purpose, decision: ConsentDecision.GIVEN });
}
