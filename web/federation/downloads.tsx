// SPDX-License-Identifier: Apache-2.0
// Files for other programs, made by the federation: a value that is no number is never 0 in any of them.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ExportFormat } from '../generated/aangan/federation/v1/figures_pb';
import { save } from '../shared/save';
import { troubleOf, type Trouble } from '../shared/session';
import { useView } from './context';
import { Coverage } from './coverage';

const FORMATS: [string, ExportFormat][] = [
  ['xlsx', ExportFormat.XLSX],
  ['csv', ExportFormat.CSV],
  ['dictionary', ExportFormat.DICTIONARY],
  ['dhis2', ExportFormat.DHIS2],
  ['dhis2_metadata', ExportFormat.DHIS2_METADATA],
  ['dhis2_omitted', ExportFormat.DHIS2_OMITTED],
  ['fhir', ExportFormat.FHIR],
  ['sdmx', ExportFormat.SDMX],
];

export function DataPage(): JSX.Element {
  const { data, words, period } = useView();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | undefined>();
  const [saved, setSaved] = useState('');
  const download = async (format: ExportFormat) => {
    setBusy(true);
    setTrouble(undefined);
    try {
      const file = await data.exportFile(period, format);
      save({ name: file.name, type: file.type, parts: [file.bytes] });
      setSaved(file.name);
    } catch (error) {
      setTrouble(troubleOf(error));
    }
    setBusy(false);
  };
  return (
    <>
      <h1>{words.say('data.title', { period: words.period(period) })}</h1>
      <Coverage data={data.period(period)} />
      <p>{words.say('data.about')}</p>
      <ul class="downloads">
        {FORMATS.map(([name, format]) => (
          <li key={name}>
            <button type="button" disabled={busy} aria-describedby={`about-${name}`} onClick={() => void download(format)}>
              {words.say(`data.${name}`)}
            </button>
            <span id={`about-${name}`}>{words.say(`data.${name}_about`)}</span>
          </li>
        ))}
      </ul>
      <p role="status">{saved && words.say('data.saved', { name: saved })}</p>
      {trouble && (
        <p role="alert" class="problem">
          {words.say(trouble)}
        </p>
      )}
    </>
  );
}
