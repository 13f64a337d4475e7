// SPDX-License-Identifier: Apache-2.0
// Import: a CSV file is chosen, its columns are mapped, the first errors are looked at, and its rows go in. Nothing of the
// file leaves for anywhere but this node, and nothing of it is kept in the browser but in the memory of this page.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { formatCount, type Language } from '../shared/language';
import { DataTable } from '../shared/parts';
import { save } from '../shared/save';
import { useWatched } from '../shared/store';
import { CsvFile, trimmed, type FileFault } from './import_csv';
import { MappingForm, UnreadLine } from './import_form';
import { missingColumn, parseMapping, writeMapping, type Mapping } from './import_mapping';
import { idOfColumns } from './import_rows';
import { ImportRun, TOLD_MAX, type Told } from './import_run';
import { Refused } from './refused';
import type { NodeData } from './data';

interface Chosen {
  name: string;
  file: CsvFile;
  rows: number;
}

/** An edited file of the same name is a choice too. */
const forget = (event: JSX.TargetedMouseEvent<HTMLInputElement>): void => {
  event.currentTarget.value = '';
};

/** Nothing where it has changed or gone since it was chosen. */
const bytesOf = async (picked: File): Promise<Uint8Array | undefined> => {
  try {
    return new Uint8Array(await picked.arrayBuffer());
  } catch {
    return undefined;
  }
};

export function ImportPage({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const [chosen, setChosen] = useState<Chosen | undefined>();
  const [fault, setFault] = useState<FileFault | 'unreadable' | undefined>();
  const [mapping, setMapping] = useState<Mapping | undefined>();
  /** Of the file that the mapping was made for. */
  const [columns, setColumns] = useState<string[]>([]);
  /** What was typed for the file's name, and for which file: it stays when that one is chosen again, mended. */
  const [named, setNamed] = useState({ file: '', source: '' });
  const [run, setRun] = useState<ImportRun | undefined>();
  useWatched(run);
  // Whoever leaves the room stops it; the same file can be given again.
  useEffect(() => () => run?.stop(), [run]);
  const choose = async (picked: File | undefined) => {
    setRun(undefined);
    setChosen(undefined);
    setFault(undefined);
    if (!picked) return;
    const bytes = await bytesOf(picked);
    const file = bytes ? CsvFile.open(bytes) : 'unreadable';
    if (typeof file === 'string') return setFault(file);
    // A mended file has the same first line, and keeps the mapping.
    if (!mapping || JSON.stringify(file.columns) !== JSON.stringify(columns)) {
      setMapping({ id: await idOfColumns(file.columns), notRecorded: [], defaults: [], columns: [] });
      setColumns(file.columns);
    }
    if (picked.name !== named.file) setNamed({ file: picked.name, source: picked.name });
    setChosen({ name: picked.name, file, rows: [...file.rows()].length });
  };
  const change = (changed: Mapping) => {
    setRun(undefined);
    setMapping(changed);
  };
  const rename = (source: string) => {
    setRun(undefined);
    setNamed({ ...named, source });
  };
  return (
    <>
      <h1>{words.say('op.nav.import')}</h1>
      <p>{words.say('import.about')}</p>
      <label for="import-file">{words.say('import.file')}</label>
      <input id="import-file" type="file" accept=".csv,.tsv,.txt,text/csv" disabled={run?.isBusy} onClick={forget} onChange={(event) => void choose(event.currentTarget.files?.[0])} />
      <p role="alert" class="problem">
        {fault ? words.say(`import.file_${fault}`) : ''}
      </p>
      {chosen && mapping && (
        <>
          <p role="status">{words.say('import.chosen', { name: chosen.name, rows: chosen.rows, columns: chosen.file.columns.length })}</p>
          <SourceName words={words} source={named.source} name={chosen.name} change={rename} />
          <MappingFile words={words} mapping={mapping} columns={chosen.file.columns} change={change} />
          <MappingForm words={words} columns={chosen.file.columns} mapping={mapping} change={change} />
          <Start data={data} words={words} chosen={chosen} source={trimmed(named.source) || chosen.name} mapping={mapping} run={run} begin={setRun} />
        </>
      )}
    </>
  );
}

/** Under one name a row goes in once, and equal rows of files of two names both go in. Left empty: the name that it has. */
function SourceName(props: { words: Language; source: string; name: string; change: (source: string) => void }): JSX.Element {
  const { words, source, name, change } = props;
  return (
    <>
      <label for="import-source">{words.say('import.source')}</label>
      <input id="import-source" type="text" autocomplete="off" aria-describedby="import-source-about" value={source} placeholder={name} onInput={(event) => change(event.currentTarget.value)} />
      <p id="import-source-about">
        <small>{words.say('import.source_about')}</small>
      </p>
    </>
  );
}

/** A mapping of before in, this one out: the same file is the command's too. */
function MappingFile(props: { words: Language; mapping: Mapping; columns: string[]; change: (mapping: Mapping) => void }): JSX.Element {
  const { words, mapping, columns, change } = props;
  const [problem, setProblem] = useState('');
  const read = async (picked: File | undefined) => {
    setProblem('');
    if (!picked) return;
    const bytes = await bytesOf(picked);
    if (!bytes) return setProblem(words.say('import.file_unreadable'));
    const found = parseMapping(new TextDecoder().decode(bytes));
    if ('what' in found) return setProblem(words.say(`import.mapping_${found.what}`, { at: found.at }));
    const missing = missingColumn(found, columns);
    if (missing !== undefined) return setProblem(words.say('import.mapping_missing', { at: missing }));
    change(found);
  };
  return (
    <>
      <label for="mapping-file">{words.say('import.mapping_file')}</label>
      <input id="mapping-file" type="file" accept=".toml" onClick={forget} onChange={(event) => void read(event.currentTarget.files?.[0])} />
      <p role="alert" class="problem">
        {problem}
      </p>
      {mapping.columns.length > 0 && !mapping.columns.some((each) => each.unread) && (
        <button type="button" class="quiet" onClick={() => save({ name: `${mapping.id}.mapping.toml`, type: 'application/toml', parts: [writeMapping(mapping)] })}>
          {words.say('import.mapping_save')}
        </button>
      )}
    </>
  );
}

function Start(props: {
  data: NodeData;
  words: Language;
  chosen: Chosen;
  source: string;
  mapping: Mapping;
  run: ImportRun | undefined;
  begin: (run: ImportRun) => void;
}): JSX.Element {
  const { data, words, chosen, source, mapping, run, begin } = props;
  const start = (isLook: boolean) => {
    const started = new ImportRun(data, chosen.file, mapping, source, chosen.rows, isLook);
    begin(started);
    void started.go();
  };
  const isTwice = missingColumn(mapping, chosen.file.columns);
  const unread = mapping.columns.find((each) => each.unread);
  return (
    <section>
      <h2>{words.say('import.start')}</h2>
      {mapping.columns.length === 0 && <p>{words.say('import.nothing_mapped')}</p>}
      {isTwice !== undefined && <p class="problem">{words.say('import.mapping_missing', { at: isTwice })}</p>}
      {unread && (
        <p class="problem">
          <UnreadLine words={words} column={unread} />
        </p>
      )}
      <Buttons words={words} run={run} isReady={mapping.columns.length > 0 && isTwice === undefined && !unread} start={start} />
      {run && <RunView words={words} run={run} />}
    </section>
  );
}

function Buttons(props: { words: Language; run: ImportRun | undefined; isReady: boolean; start: (isLook: boolean) => void }): JSX.Element {
  const { words, run, isReady, start } = props;
  return (
    <div class="word">
      <div>
        <button type="button" class="quiet" disabled={!isReady || run?.isBusy} onClick={() => start(true)}>
          {words.say('import.look')}
        </button>
        <small>{words.say('import.look_about')}</small>
      </div>
      <div>
        <button type="button" disabled={!isReady || run?.isBusy} onClick={() => start(false)}>
          {words.say('import.take_in')}
        </button>
        <small>{words.say('import.take_in_about')}</small>
      </div>
    </div>
  );
}

function RunView({ words, run }: { words: Language; run: ImportRun }): JSX.Element {
  const { passed, rows, added, repeated, refusedCount: refused } = run;
  const counts = Object.fromEntries(Object.entries({ passed, rows, added, repeated, refused }).map(([name, each]) => [name, formatCount(each)]));
  return (
    <>
      <progress max={Math.max(1, run.rows)} value={run.passed} aria-label={words.say('import.progress')} />
      <p role="status" class="lead">
        {words.say(`import.state_${run.state}`, counts)}
      </p>
      {run.state === 'sending' && (
        <button type="button" class="quiet" onClick={() => run.stop()}>
          {words.say('import.stop')}
        </button>
      )}
      <Refused words={words} refusal={run.refusal} roles={['caseworker', 'operator']} />
      {run.state === 'stopped' && (
        <button type="button" onClick={() => void run.go()}>
          {words.say('import.go_on')}
        </button>
      )}
      {run.state === 'done' && run.repeated > 0 && (
        <p>{words.say(run.added === 0 ? 'import.repeated_all' : 'import.repeated_some', { source: run.source })}</p>
      )}
      {run.refusedCount > 0 && <RefusedRows words={words} run={run} />}
    </>
  );
}

function RefusedRows({ words, run }: { words: Language; run: ImportRun }): JSX.Element {
  return (
    <>
      <p>{words.say('import.refused_about', { shown: formatCount(Math.min(TOLD_MAX, run.refusedCount)), refused: formatCount(run.refusedCount) })}</p>
      <DataTable
        caption={words.say('import.refused')}
        rows={[...run.refused].sort((a, b) => a.line - b.line)}
        columns={[
          { title: words.say('import.line'), cell: (each) => formatCount(each.line) },
          { title: words.say('import.column'), cell: (each) => each.column || '–' },
          { title: words.say('import.why'), cell: (each) => <Why words={words} told={each} /> },
        ]}
      />
    </>
  );
}

/** In the reader's words; the node's own, which name what a field must be, are English. */
function Why({ words, told }: { words: Language; told: Told }): JSX.Element {
  if (told.fault) return <>{words.say(`import.fault_${told.fault}`)}</>;
  const known = words.find(`import.reason_${told.reason}`);
  return (
    <>
      {known} <span lang="en">{told.description ? `(${told.description})` : known ? '' : told.reason}</span>
    </>
  );
}
