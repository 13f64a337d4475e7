// SPDX-License-Identifier: Apache-2.0
// Makes one row of an import out of one line of a CSV file, by a mapping, exactly as the command does
// (client/command/row_builder.cc): the row's identity is the SHA-256 of the file's name and of its fields as they stand
// there, and its number among equal rows of the file. So the same file adds nothing a second time, whichever of the two
// takes it in, and another one does, also with equal rows. The number counts every row, so only whole files can be given.
import { create, type Message } from '@bufbuild/protobuf';
import type { Assessment, Service } from '../generated/aangan/node/v1/casework_pb';
import type { Consent, Member } from '../generated/aangan/node/v1/members_pb';
import { ImportRowSchema, type ImportRow } from '../generated/aangan/node/v1/operator_pb';
import { hexadecimal } from './dates';
import type { CsvRow, RowFault } from './import_csv';
import { newRecord, type ValueFault } from './import_field';
import { valueFor, type ColumnFault, type MappedColumn, type Mapping } from './import_mapping';

/** Why a row does not go in: never its values. */
export interface Fault {
  line: number;
  column: string;
  fault: RowFault | ValueFault | ColumnFault | 'no_decision';
}

/** u32 lengths, then the bytes: the one byte form of what is hashed (base/canonical.h). */
function canonical(fields: string[]): Uint8Array {
  const texts = fields.map((each) => new TextEncoder().encode(each));
  const bytes = new Uint8Array(texts.reduce((size, each) => size + 4 + each.length, 0));
  let at = 0;
  for (const text of texts) {
    new DataView(bytes.buffer).setUint32(at, text.length);
    bytes.set(text, at + 4);
    at += 4 + text.length;
  }
  return bytes;
}

export async function digestOf(fields: string[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', canonical(fields) as BufferSource));
}

/** The id of a mapping that was made on the page: of its columns, so that the same kind of file has the same one. */
export async function idOfColumns(columns: string[]): Promise<string> {
  return `page-${hexadecimal(await digestOf(columns)).slice(0, 12)}`;
}

export class RowBuilder {
  private readonly seen = new Map<string, number>();
  private readonly places: number[];

  /** The file has each mapped column once. `source` is its name. */
  constructor(
    private readonly mapping: Mapping,
    private readonly source: string,
    header: string[],
  ) {
    this.places = mapping.columns.map((each) => header.indexOf(each.name));
  }

  /** The row, or why not. To be asked for every row of a file, in order. */
  async build(row: CsvRow): Promise<ImportRow | Fault> {
    if (row.fault) return { line: row.line, column: '', fault: row.fault };
    const rowDigest = await digestOf([this.source, ...row.fields]);
    const key = hexadecimal(rowDigest);
    const occurrence = this.seen.get(key) ?? 0;
    this.seen.set(key, occurrence + 1);
    const built = create(ImportRowSchema, { line: BigInt(row.line), rowDigest, occurrence });
    return this.fill(row, built) ?? built;
  }

  /** The column behind a field that the node names; the field itself when no column or several go there. */
  columnOf(field: string): string {
    const leaf = field.slice(field.lastIndexOf('.') + 1);
    const columns = this.mapping.columns.filter((each) => each.field.text === field || each.field.text.endsWith(`.${leaf}`));
    const names = new Set(columns.map((each) => each.name));
    return names.size === 1 ? ([...names][0] as string) : field;
  }

  private fill(row: CsvRow, out: ImportRow): Fault | undefined {
    const records = new Map<string, Message>();
    const of = (group: string): Message => {
      const record = records.get(group) ?? newRecord(group);
      records.set(group, record);
      return record;
    };
    for (const { field, value } of this.mapping.defaults) {
      if (field.group === '') {
        out.memberName = value;
        continue;
      }
      const fault = field.set(of(field.group), value);
      if (fault) return { line: row.line, column: `[defaults] ${field.text}`, fault };
    }
    const [mapped, recorded, decided] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (const [index, column] of this.mapping.columns.entries()) {
      const value = valueFor(column, this.mapping.notRecorded, row.fields[this.places[index] as number] ?? '');
      if ('fault' in value) return { line: row.line, column: column.name, fault: value.fault };
      const { group } = column.field;
      if (group === '') {
        if (value.text !== undefined) out.memberName = value.text;
        continue;
      }
      mapped.add(group);
      if (value.text === undefined) continue;
      recorded.add(group);
      if (column.field.isDecision) decided.add(group);
      const fault = column.field.set(of(group), value.text);
      if (fault) return { line: row.line, column: column.name, fault };
    }
    const open = undecided(this.mapping.columns, recorded, decided);
    if (open) return { line: row.line, column: open.name, fault: 'no_decision' };
    // A new member is a member also when nothing of her is recorded.
    if (out.memberName === '') of('member');
    const isLeftOut = (group: string) => mapped.has(group) && !recorded.has(group) && (group !== 'member' || out.memberName !== '');
    moveTo(out, [...records].filter(([group]) => !isLeftOut(group)));
    if (out.memberName !== '') out.member = undefined;
    return undefined;
  }
}

/** The column of a decision that a row leaves empty though it records more of that consent: she would be taken to have
 * said yes. */
function undecided(columns: MappedColumn[], recorded: Set<string>, decided: Set<string>): MappedColumn | undefined {
  return columns.find(({ field }) => field.isDecision && recorded.has(field.group) && !decided.has(field.group));
}

/** Into the row, "service.2" behind "service.1" and the tenth behind the ninth. */
function moveTo(out: ImportRow, records: [string, Message][]): void {
  const order = ([a]: [string, Message], [b]: [string, Message]) => a.length - b.length || (a < b ? -1 : 1);
  for (const [group, record] of records.sort(order)) {
    if (group === 'member') out.member = record as Member;
    else if (group.startsWith('consent.')) out.consents.push(record as Consent);
    else if (group.startsWith('service.')) out.services.push(record as Service);
    else out.assessments.push(record as Assessment);
  }
}
