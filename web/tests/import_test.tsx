// SPDX-License-Identifier: Apache-2.0
// Import by the page: the same rows as the command makes, each once however often the file is given, refused ones told by
// line and column, and nothing of the file kept.
import { toBinary, toJson } from '@bufbuild/protobuf';
import { Code, ConnectError, createRouterTransport } from '@connectrpc/connect';
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import shared from '../../tests/unit/client/import_cases.json';
import { ImportBatchRequestSchema, ImportRowSchema, OperatorService, type ImportBatchRequest } from '../generated/aangan/node/v1/operator_pb';
import { NodeData } from '../operator/data';
import { ImportPage } from '../operator/import';
import { CsvFile } from '../operator/import_csv';
import { FieldPath } from '../operator/import_field';
import { parseMapping, writeMapping, type Mapping } from '../operator/import_mapping';
import { RowBuilder } from '../operator/import_rows';
import { ImportRun } from '../operator/import_run';
import { loadLanguage } from '../shared/language';

// A machine that does much else at the same time is no fault.
configure({ asyncUtilTimeout: 20_000 });

const utf8 = (text: string) => new TextEncoder().encode(text);
const words = await loadLanguage('en');

interface Case {
  name: string;
  source: string;
  mapping: string;
  file?: string;
  file_base64?: string;
  gives: { rows: unknown[]; faults: unknown[] };
}
const cases: Case[] = shared;

/** A node that keeps which rows it has, knows two genders, can break off, and can be too busy for the row of a line. */
class FakeNode {
  readonly calls: ImportBatchRequest[] = [];
  readonly rows = new Set<string>();
  failing = 0;
  busyLine = 0n;
  readonly data = new NodeData(
    createRouterTransport((router) => {
      router.service(OperatorService, { importBatch: (request) => this.take(request) });
    }),
  );

  private take(request: ImportBatchRequest) {
    this.calls.push(request);
    if (this.failing > 0 && this.calls.length >= this.failing) throw new ConnectError('no link', Code.Unavailable);
    const refused = request.rows.filter((row) => row.line === this.busyLine || !['woman', 'man', ''].includes(row.member?.gender ?? ''));
    let [addedRows, repeatedRows] = [0n, 0n];
    for (const row of request.validateOnly ? [] : request.rows) {
      if (refused.includes(row)) continue;
      const id = [request.mappingId, row.rowDigest, row.occurrence].join('/');
      if (this.rows.has(id)) repeatedRows += 1n;
      else addedRows += 1n;
      this.rows.add(id);
    }
    const refusedRows = refused.map(({ line }) => ({ line, field: 'member.gender', reason: 'UNKNOWN_CODE', description: 'must be a code of the list' }));
    return { addedRows, repeatedRows, refusedRows };
  }
}

function mappingOf(text: string): Mapping {
  const mapping = parseMapping(text);
  if ('what' in mapping) throw new Error(mapping.what);
  return mapping;
}

function fileOf(text: string): CsvFile {
  const file = CsvFile.open(utf8(text));
  if (typeof file === 'string') throw new Error(file);
  return file;
}

const GENDER = 'id = "ours"\n[[column]]\nname = "Sex"\nfield = "member.gender"\n';

function runOf(node: FakeNode, text: string, { isLook = false, source = 'members.csv', mapping = GENDER } = {}): ImportRun {
  const file = fileOf(text);
  return new ImportRun(node.data, file, mappingOf(mapping), source, [...file.rows()].length, isLook);
}

afterEach(cleanup);

describe('a file', () => {
  it.each(cases)('gives the rows that the command makes: $name', async (one) => {
    const file = CsvFile.open(one.file_base64 ? Uint8Array.from(Buffer.from(one.file_base64, 'base64')) : utf8(one.file ?? ''));
    if (typeof file === 'string') throw new Error(file);
    const builder = new RowBuilder(mappingOf(one.mapping), one.source, file.columns);
    const gives: Case['gives'] = { rows: [], faults: [] };
    for (const row of file.rows()) {
      const built = await builder.build(row);
      if ('fault' in built) gives.faults.push({ line: built.line, column: built.column, fix: words.say(`import.fault_${built.fault}`) });
      else gives.rows.push(toJson(ImportRowSchema, built));
    }
    expect(gives).toEqual(one.gives);
  });

  it('that is none is refused with what to do', () => {
    expect(CsvFile.open(utf8(''))).toBe('empty');
    expect(CsvFile.open(new Uint8Array([0xff, 0xfe, 97, 0, 10, 0]))).toBe('utf16');
    expect(CsvFile.open(utf8('a\0b\n'))).toBe('utf16');
    expect(CsvFile.open(new Uint8Array([97, 0xff, 10]))).toBe('not_text');
    expect(CsvFile.open(utf8('"a"b,c\n1,2\n'))).toBe('header');
    expect(CsvFile.open(utf8(`${'a,'.repeat(501)}b\n`))).toBe('header');
  });
});

describe('a mapping', () => {
  it('is written as it is read', () => {
    for (const one of cases) {
      const mapping = mappingOf(one.mapping);
      expect(mappingOf(writeMapping(mapping))).toEqual(mapping);
    }
  });

  it('that is wrong says where', () => {
    const column = (more: string) => `id = "a"\n[[column]]\nname = "x"\n${more}\n`;
    expect(parseMapping('id = ')).toMatchObject({ what: 'toml' });
    expect(parseMapping('id = "A B"\ncolumn = []')).toEqual({ what: 'id', at: 'A B' });
    expect(parseMapping('id = "a"\nnot_recorde = []')).toEqual({ what: 'key', at: 'not_recorde' });
    expect(parseMapping('id = "a"')).toEqual({ what: 'column', at: '' });
    for (const field of ['member.gendre', 'member.name', 'member.details', 'service.51.type', 'service.type', 'consent.no_such.language']) {
      expect(parseMapping(column(`field = "${field}"`))).toEqual({ what: 'field', at: field });
    }
    expect(parseMapping(column('field = "member.gender"\nkind = "age_range"\nreference_year = 2026'))).toEqual({ what: 'kind', at: 'x' });
    expect(parseMapping(column('field = "member.gender"\ndate_form = "dd.mm"'))).toEqual({ what: 'kind', at: 'x' });
  });

  it('knows each field of a record that people write', () => {
    const all = FieldPath.all();
    expect(all).toEqual(expect.arrayContaining(['member_name', 'member.details.full_name', 'consent.be_counted.decision_date', 'service.1.stage']));
    expect(all.filter((path) => FieldPath.parse(path)?.text !== path)).toEqual([]);
    expect(all.filter((path) => /(etag|_time|\.name|recorded_by|digest)$/.test(path))).toEqual([]);
  });
});

describe('a run', () => {
  it('takes each row in once, however often the file is given', async () => {
    const node = new FakeNode();
    const text = `Sex,no\n${Array.from({ length: 1200 }, (_, no) => `woman,${no}`).join('\n')}\n`;
    const first = runOf(node, text);
    await first.go();
    expect([first.state, first.added, first.repeated, first.passed]).toEqual(['done', 1200, 0, 1200]);
    expect(node.calls.length).toBe(3);
    const second = runOf(node, text);
    await second.go();
    expect([second.added, second.repeated]).toEqual([0, 1200]);
  });

  it('keeps each call within what the node takes', async () => {
    const node = new FakeNode();
    const mapping = mappingOf('id = "long"\n[[column]]\nname = "n"\nfield = "member.details.notes"\n');
    const file = fileOf(`n\n${Array.from({ length: 200 }, (_, no) => `${no} ${'न'.repeat(1300)}`).join('\n')}\n${'x'.repeat(300_000)}\n`);
    const run = new ImportRun(node.data, file, mapping, 'long.csv', 201, false);
    await run.go();
    expect([run.added, run.refusedCount]).toEqual([200, 1]);
    expect(run.refused).toEqual([{ line: 202, column: '', fault: 'too_large' }]);
    for (const call of node.calls) expect(toBinary(ImportBatchRequestSchema, call).length).toBeLessThan(256 << 10);
  });

  it('goes on where it stopped', async () => {
    const node = new FakeNode();
    node.failing = 2;
    const run = runOf(node, `Sex,no\n${Array.from({ length: 700 }, (_, no) => `man,${no}`).join('\n')}`);
    await run.go();
    expect([run.state, run.passed, run.added, run.refusal?.trouble]).toEqual(['stopped', 500, 500, 'trouble.no_link']);
    node.failing = 0;
    await run.go();
    expect([run.state, run.passed, run.added, run.repeated, run.refusal]).toEqual(['done', 700, 700, 0, undefined]);
  });

  it('tells refused rows by line and column, the first hundred', async () => {
    const node = new FakeNode();
    const wrong = Array.from({ length: 120 }, (_, no) => `"Zanary";${no}`);
    const run = runOf(node, `\ufeffSex;no\r\nwoman;1\r\n${wrong.join('\r\n')}\r\nman\r\n"man;2`);
    await run.go();
    expect([run.added, run.refusedCount, run.refused.length]).toEqual([1, 122, 100]);
    expect(JSON.stringify(run.refused)).not.toContain('Zanary');
  });

  const countsOf = async (run: ImportRun) => {
    await run.go();
    return [run.added, run.repeated, run.refusedCount];
  };

  it('adds a row that was mended into the same as one that is in', async () => {
    const node = new FakeNode();
    const text = 'Sex,Age,Place\nwoman,25,Kerala\nZanary,25,Kerala\nZanary,25,Kerala\n';
    expect(await countsOf(runOf(node, text))).toEqual([1, 0, 2]);
    expect(await countsOf(runOf(node, text.replace('Zanary', 'woman')))).toEqual([1, 1, 1]);
    expect(await countsOf(runOf(node, text.replaceAll('Zanary', 'woman')))).toEqual([1, 2, 0]);
    // Also where what is mended stands before.
    const before = 'Sex,Age\nZanary,25\nman,25\n';
    expect(await countsOf(runOf(node, before))).toEqual([1, 0, 1]);
    expect(await countsOf(runOf(node, before.replace('Zanary', 'man')))).toEqual([1, 1, 0]);
  });

  it('adds the second of two equal rows that the node was too busy for', async () => {
    const node = new FakeNode();
    node.busyLine = 3n;
    expect(await countsOf(runOf(node, 'Sex\nwoman\nwoman\n'))).toEqual([1, 0, 1]);
    node.busyLine = 0n;
    expect(await countsOf(runOf(node, 'Sex\nwoman\nwoman\n'))).toEqual([1, 1, 0]);
  });

  it('adds equal rows of another file, and none of the same file whose mapping was mended', async () => {
    const node = new FakeNode();
    const monthOf = (day: string) => `id = "ours"\n[defaults]\n"service.1.received_date" = "${day}"\n${GENDER.slice(GENDER.indexOf('[[column]]'))}`;
    const text = 'Sex\nwoman\nwoman\nman\n';
    const april = { source: 'April.csv', mapping: monthOf('2026-04-05') };
    const may = { source: 'May.csv', mapping: monthOf('2026-05-05') };
    expect(await countsOf(runOf(node, text, april))).toEqual([3, 0, 0]);
    expect(await countsOf(runOf(node, text, may))).toEqual([3, 0, 0]);
    for (const again of [april, may]) expect(await countsOf(runOf(node, text, again))).toEqual([0, 3, 0]);
    expect(await countsOf(runOf(node, text, { ...april, mapping: `${april.mapping}values = { woman = "woman", man = "man" }\n` }))).toEqual([0, 3, 0]);
    // Files of coded fields alone, by one mapping.
    expect(await countsOf(runOf(node, text, { source: 'June' }))).toEqual([3, 0, 0]);
  });

  it('that only looks takes nothing in', async () => {
    const node = new FakeNode();
    const run = runOf(node, `Sex,no\nwoman,1\nZanary,2\nwoman\n${Array.from({ length: 900 }, (_, no) => `man,${no}`).join('\n')}`, { isLook: true });
    await run.go();
    expect([run.state, run.added, run.refusedCount, run.passed]).toEqual(['looked', 0, 2, 903]);
    expect(node.calls.map((call) => call.validateOnly)).toEqual([true]);
    expect(node.rows.size).toBe(0);
  });
});

describe('the page', () => {
  const text = () => document.body.textContent ?? '';
  const click = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
  const giveFile = (label: string, file: File) => {
    const input = screen.getByLabelText(label) as HTMLInputElement;
    Object.defineProperty(input, 'files', { configurable: true, value: [file] });
    fireEvent.change(input);
  };
  const give = (label: string, name: string, content: string) => giveFile(label, new File([content], name));
  const goneFile = (name: string): File =>
    Object.assign(new File(['Sex\n'], name), { arrayBuffer: () => Promise.reject(new DOMException('changed', 'NotReadableError')) });
  const pick = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
  const FILE = 'CSV file, saved as “CSV UTF-8” in the spreadsheet';

  beforeEach(() => localStorage.clear());

  it('maps columns, looks, takes in, and keeps nothing', async () => {
    let saved: Blob | undefined;
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      saved = blob as Blob;
      return 'blob:x';
    });
    const node = new FakeNode();
    render(<ImportPage data={node.data} words={words} />);
    give(FILE, 'members.csv', 'Name;Sex;Born\nकमला;F;1990\nRani;Zanary;1991\nMeena;F;nineteen\n');
    await waitFor(() => expect(text()).toContain('members.csv: rows 3, columns 3.'));
    expect((screen.getByRole('button', { name: 'Take the rows in' }) as HTMLButtonElement).disabled).toBe(true);
    pick('Name', 'member.details.full_name');
    pick('Sex', 'member.gender');
    pick('Born', 'member.birth_year');
    const meanings = document.querySelectorAll('textarea')[1] as HTMLTextAreaElement;
    fireEvent.change(meanings, { target: { value: 'F = woman\nM = man' } });
    click('Look for errors first');
    await waitFor(() => expect(text()).toContain('Looked through: 3 rows. Refused: 2. Nothing was taken in.'));
    expect(node.rows.size).toBe(0);
    click('Take the rows in');
    await waitFor(() => expect(text()).toContain('Done: 3 rows. Taken in: 1. There already: 0. Refused: 2.'));
    const rows = [...document.querySelectorAll('tbody tr')].map((each) => [...each.children].map((cell) => cell.textContent));
    expect(rows).toEqual([
      ['3', 'Sex', 'must be a value that the mapping lists for this column'],
      ['4', 'Born', 'must be a whole number'],
    ]);
    expect(document.querySelector('progress')?.getAttribute('value')).toBe('3');
    click('Take the rows in');
    await waitFor(() => expect(text()).toContain('Taken in: 0. There already: 1. Refused: 2.'));
    click('Save this mapping as a file');
    const mapping = await saved?.text();
    expect(mappingOf(mapping ?? '').columns.map((each) => each.field.text)).toEqual(['member.details.full_name', 'member.gender', 'member.birth_year']);
    expect(text()).toContain('Mend these lines in your file and take in all of the file again, under the same name');
    expect([localStorage.length, sessionStorage.length, document.cookie, location.hash.includes('Rani')]).toEqual([0, 0, '', false]);
  });

  it('takes a mapping file of the command, and says what does not fit', async () => {
    const node = new FakeNode();
    render(<ImportPage data={node.data} words={words} />);
    give(FILE, 'a.csv', 'Sex,Day\nF,03/08/2026\n');
    const label = 'Use a mapping file that you saved before';
    await waitFor(() => screen.getByLabelText(label));
    give(label, 'x.toml', `${GENDER}values = { F = "woman" }\n[[column]]\nname = "Nowhere"\nfield = "service.1.type"\n`);
    await waitFor(() => expect(text()).toContain('does not have this column of the mapping, or has it twice: Nowhere.'));
    give(label, 'x.toml', `${GENDER}values = { F = "woman" }\n[[column]]\nname = "Day"\nfield = "service.3.received_date"\ndate_form = "dd/mm/yyyy"\n`);
    await waitFor(() => expect((screen.getByLabelText('Day') as HTMLSelectElement).value).toBe('service.3.received_date'));
    click('Take the rows in');
    await waitFor(() => expect(text()).toContain('Taken in: 1.'));
    expect(node.calls[0]?.mappingId).toBe('ours');
    expect(node.calls[0]?.rows[0]?.services[0]?.receivedDate).toMatchObject({ year: 2026, month: 8, day: 3 });
  });

  const chosenField = (label: string) => (screen.getByLabelText(label) as HTMLSelectElement).value;

  const NAME = 'Name of this file';
  const named = () => (screen.getByLabelText(NAME) as HTMLInputElement).value;
  const name = (typed: string) => fireEvent.input(screen.getByLabelText(NAME), { target: { value: typed } });
  const takeIn = async (told: string) => {
    click('Take the rows in');
    await waitFor(() => expect(text()).toContain(told));
  };

  it('takes a file by its name: the next month goes in whole, a mended file keeps what was typed', async () => {
    const node = new FakeNode();
    render(<ImportPage data={node.data} words={words} />);
    give(FILE, 'April.csv', 'Sex\nwoman\nwoman\n');
    await waitFor(() => expect(named()).toBe('April.csv'));
    pick('Sex', 'member.gender');
    await takeIn('Taken in: 2. There already: 0.');
    give(FILE, 'May.csv', 'Sex\nwoman\nwoman\nZanary\n');
    await waitFor(() => expect(named()).toBe('May.csv'));
    name(' May 2026 ');
    await takeIn('Taken in: 2. There already: 0. Refused: 1.');
    give(FILE, 'May.csv', 'Sex\nwoman\nwoman\nwoman\n');
    await waitFor(() => expect(text()).toContain('May.csv: rows 3'));
    expect(named()).toBe(' May 2026 ');
    await takeIn('Taken in: 1. There already: 2. Refused: 0.');
    expect(text()).toContain('came in before under the name “May 2026”');
    expect(text()).toContain('Then rows that stand alike in both were left out');
    // Nothing typed is the name that it has.
    name('  ');
    await takeIn('Taken in: 3. There already: 0.');
    expect(text()).not.toContain('came in before');
    name('May.csv');
    await takeIn('Taken in: 0. There already: 3.');
    expect(text()).toContain('“May.csv”. Is this another file than that one? Then give it a name of its own above, and take it in again.');
  });

  it('keeps the mapping for a file of the same columns, and begins anew for another', async () => {
    const node = new FakeNode();
    render(<ImportPage data={node.data} words={words} />);
    give(FILE, 'a.csv', 'Sex;no\nwoman;1\nZanary;2\n');
    await waitFor(() => screen.getByLabelText('Sex'));
    pick('Sex', 'member.gender');
    give(FILE, 'empty.csv', '');
    await waitFor(() => expect(text()).toContain('The file is empty.'));
    give(FILE, 'next.csv', 'Sex;no\nman;2\n');
    await waitFor(() => expect(text()).toContain('next.csv: rows 1, columns 2.'));
    expect(chosenField('Sex')).toBe('member.gender');
    click('Take the rows in');
    await waitFor(() => expect(text()).toContain('Taken in: 1.'));
    give(FILE, 'b.csv', 'no;Sex\n1;woman\n');
    await waitFor(() => expect(text()).toContain('b.csv: rows 1, columns 2.'));
    expect(chosenField('Sex')).toBe('');
  });

  it('says that a file can not be read, and takes the same name again', async () => {
    render(<ImportPage data={new FakeNode().data} words={words} />);
    giveFile(FILE, goneFile('a.csv'));
    await waitFor(() => expect(text()).toContain('The file can not be read: it was changed'));
    const emptied = vi.spyOn(HTMLInputElement.prototype, 'value', 'set');
    fireEvent.click(screen.getByLabelText(FILE));
    expect(emptied.mock.calls).toEqual([['']]);
    emptied.mockRestore();
    give(FILE, 'a.csv', 'Sex\nwoman\n');
    await waitFor(() => expect(text()).toContain('a.csv: rows 1, columns 1.'));
    expect(text()).not.toContain('The file can not be read');
    giveFile('Use a mapping file that you saved before', goneFile('x.toml'));
    await waitFor(() => expect(text()).toContain('The file can not be read: it was changed'));
  });

  it('says which line of the meanings is at fault, keeps what was typed, and takes nothing in until it is put right', async () => {
    const node = new FakeNode();
    render(<ImportPage data={node.data} words={words} />);
    give(FILE, 'a.csv', 'Sex\nF\n');
    await waitFor(() => screen.getByLabelText('Sex'));
    pick('Sex', 'member.gender');
    const meanings = document.querySelector('textarea') as HTMLTextAreaElement;
    const takeIn = screen.getByRole('button', { name: 'Take the rows in' }) as HTMLButtonElement;
    for (const [typed, line] of [
      ['F: woman\nM: man', 1],
      ['F = woman\n\nM man', 3],
      ['F = woman\nM =', 2],
      ['= woman', 1],
    ] as const) {
      fireEvent.change(meanings, { target: { value: typed } });
      await waitFor(() => expect(document.querySelector('#column-0-unread')?.textContent).toContain(`Column Sex, line ${line} of what its values mean`));
      expect([meanings.value, meanings.getAttribute('aria-invalid'), takeIn.disabled]).toEqual([typed, 'true', true]);
      expect(screen.queryByRole('button', { name: 'Save this mapping as a file' })).toBeNull();
    }
    fireEvent.change(meanings, { target: { value: 'F = woman\n\nM = man\n' } });
    await waitFor(() => expect(takeIn.disabled).toBe(false));
    expect(text()).not.toContain('of what its values mean:');
    click('Take the rows in');
    await waitFor(() => expect(text()).toContain('Taken in: 1.'));
    expect(node.calls[0]?.rows[0]?.member?.gender).toBe('woman');
  });

  it('says whose it is, and what is no file to import', async () => {
    const data = new NodeData(
      createRouterTransport((router) => {
        router.service(OperatorService, {
          importBatch: () => {
            throw new ConnectError('not this role', Code.PermissionDenied);
          },
        });
      }),
    );
    render(<ImportPage data={data} words={words} />);
    give(FILE, 'empty.csv', '');
    await waitFor(() => expect(text()).toContain('The file is empty.'));
    give(FILE, 'a.csv', 'Sex\nwoman\n');
    await waitFor(() => screen.getByLabelText('Sex'));
    pick('Sex', 'member.gender');
    click('Take the rows in');
    await waitFor(() => expect(text()).toContain('Stopped after 0 of 1 rows.'));
    expect(screen.getByRole('button', { name: 'Go on' })).toBeTruthy();
  });
});
