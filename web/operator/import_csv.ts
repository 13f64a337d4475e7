// SPDX-License-Identifier: Apache-2.0
// Reads CSV as spreadsheets write it, exactly as the command does (client/command/csv_reader.cc, libcsv in its strict way),
// because the fields of a row are its identity: UTF-8 with or without a byte order mark, LF or CRLF, comma, semicolon or
// tab, quotes and line breaks inside quotes. A malformed row is handed on with its line, and reading goes on behind it.
// Both are held to tests/unit/client/import_cases.json.

export type RowFault = 'quotes' | 'not_text' | 'columns' | 'too_long';
/** Why a whole file can't be read. */
export type FileFault = 'empty' | 'utf16' | 'not_text' | 'header' | 'too_large';

export interface CsvRow {
  /** Of its first character, from 1. */
  line: number;
  /** As many as the header has, without white space around them; not to be used when there is a fault. */
  fields: string[];
  fault: RowFault | undefined;
  /** Where its bytes end in the file. */
  to: number;
}

const FILE_BYTES_MAX = 64 << 20;
const ROW_BYTES_MAX = 1 << 20;
const COLUMNS_MAX = 500;

const [TAB, LF, CR, SPACE, QUOTE, COMMA, SEMICOLON] = [9, 10, 13, 32, 34, 44, 59];

/** Without the white space of ASCII around it. */
export const trimmed = (text: string): string => text.replace(/^[\t\n\v\f\r ]+|[\t\n\v\f\r ]+$/g, '');

/** One physical line after the other; a row is complete at the end of one. */
class Parser {
  fields: string[] = [];
  fault: RowFault | undefined;
  private complete = false;
  private rowBytes = 0;
  private state: 'row' | 'field' | 'plain' | 'quoted' | 'closed' = 'row';
  private notText = false;
  private size = 0;
  private readonly field = new Uint8Array(ROW_BYTES_MAX);
  private readonly text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(private readonly separator: number) {}

  get begun(): boolean {
    return this.rowBytes > 0;
  }

  /** Whether the line completed a row. */
  feed(line: Uint8Array): boolean {
    this.rowBytes += line.length;
    if (this.rowBytes > ROW_BYTES_MAX) return this.fail('too_long');
    return this.read(line) ? this.complete : this.fail('quotes');
  }

  /** At the end of the file: whether a row without a last line break, or with a quote left open, is there. */
  end(): boolean {
    if (this.state === 'quoted') return this.fail('quotes');
    if (this.state !== 'row') this.closeRow();
    return this.complete && this.fields.length > 0;
  }

  take(): { fields: string[]; fault: RowFault | undefined } {
    const taken = { fields: this.fields, fault: this.fault ?? (this.notText ? 'not_text' : undefined) };
    this.fields = [];
    this.fault = undefined;
    this.complete = this.notText = false;
    this.rowBytes = this.size = 0;
    this.state = 'row';
    return taken;
  }

  private fail(fault: RowFault): boolean {
    this.fault = fault;
    this.complete = true;
    return true;
  }

  private read(line: Uint8Array): boolean {
    let spaces = 0; // behind a quote that may have ended the field
    for (const byte of line) {
      const isSeparator = byte === this.separator;
      const isBlank = !isSeparator && (byte === SPACE || byte === TAB);
      const isEnd = byte === CR || byte === LF;
      if (this.state === 'row' || this.state === 'field') {
        if (isEnd && this.state === 'field') this.closeRow();
        else if (isSeparator) this.closeField();
        else if (byte === QUOTE) this.state = 'quoted';
        else if (!isBlank && !isEnd) this.begin(byte);
      } else if (this.state === 'quoted') {
        if (byte === QUOTE) [this.state, spaces] = ['closed', 0];
        else this.push(byte);
      } else if (isSeparator) {
        this.closeField();
      } else if (isEnd) {
        this.closeRow();
      } else if (this.state === 'plain') {
        if (byte === QUOTE) return false;
        this.push(byte);
      } else if (isBlank) {
        spaces += 1;
      } else if (byte === QUOTE && spaces === 0) {
        this.state = 'quoted';
        this.push(byte);
      } else {
        return false;
      }
    }
    return true;
  }

  private begin(byte: number): void {
    this.state = 'plain';
    this.push(byte);
  }

  private push(byte: number): void {
    this.field[this.size++] = byte;
  }

  private closeField(): void {
    try {
      this.fields.push(trimmed(this.text.decode(this.field.subarray(0, this.size))));
    } catch {
      this.fields.push('');
      this.notText = true;
    }
    this.size = 0;
    this.state = 'field';
  }

  private closeRow(): void {
    this.closeField();
    this.complete = true;
    this.state = 'row';
  }
}

/** The separator that the header's line uses most, outside of quotes. */
function separatorOf(line: Uint8Array): number {
  const counts = new Map([[COMMA, 0], [SEMICOLON, 0], [TAB, 0]] as [number, number][]);
  let isQuoted = false;
  for (const byte of line) {
    if (byte === QUOTE) isQuoted = !isQuoted;
    const count = counts.get(byte);
    if (!isQuoted && count !== undefined) counts.set(byte, count + 1);
  }
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

/** A file in memory, and nowhere else. */
export class CsvFile {
  private constructor(
    private readonly bytes: Uint8Array,
    readonly columns: string[],
    /** Where the header's bytes end. */
    private readonly headerEnd: number,
    private readonly separator: number,
  ) {}

  static open(bytes: Uint8Array): CsvFile | FileFault {
    if (bytes.length === 0) return 'empty';
    if (bytes.length > FILE_BYTES_MAX) return 'too_large';
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    const start = hasMark ? 3 : 0;
    const first = bytes.subarray(start, lineEnd(bytes, start));
    if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || first.includes(0)) return 'utf16';
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(first);
    } catch {
      return 'not_text';
    }
    const separator = separatorOf(first);
    const header = rowsOf(bytes, start, 1, separator).next().value;
    if (!header || header.fault || header.fields.length > COLUMNS_MAX) return 'header';
    return new CsvFile(bytes, header.fields, header.to, separator);
  }

  *rows(): Generator<CsvRow> {
    const line = 1 + this.bytes.subarray(0, this.headerEnd).reduce((count, byte) => count + (byte === LF ? 1 : 0), 0);
    for (const row of rowsOf(this.bytes, this.headerEnd, line, this.separator)) {
      // An empty line, or one of separators alone, which spreadsheets write behind the last row: nobody, so never a row.
      if (!row.fault && row.fields.every((field) => field === '')) continue;
      if (!row.fault && row.fields.length !== this.columns.length) row.fault = 'columns';
      yield row;
    }
  }
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const found = bytes.indexOf(LF, from);
  return found < 0 ? bytes.length : found + 1;
}

function* rowsOf(bytes: Uint8Array, start: number, firstLine: number, separator: number): Generator<CsvRow> {
  const parser = new Parser(separator);
  let [line, rowLine] = [firstLine, firstLine];
  for (let at = start; at < bytes.length; line += 1) {
    const to = lineEnd(bytes, at);
    const physical = bytes.subarray(at, to);
    at = to;
    const isBlank = physical.every((byte) => byte !== separator && [SPACE, TAB, CR, LF].includes(byte));
    if (!parser.begun && isBlank) rowLine = line + 1;
    else if (parser.feed(physical)) {
      yield { line: rowLine, ...parser.take(), to };
      rowLine = line + 1;
    }
  }
  if (parser.end()) yield { line: rowLine, ...parser.take(), to: bytes.length };
}
