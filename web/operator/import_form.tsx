// SPDX-License-Identifier: Apache-2.0
// Which column goes into which field: one line a column, and under it what that field needs to be read.
import type { JSX } from 'preact';
import { formatCount, type Language } from '../shared/language';
import { FieldPath } from './import_field';
import { DATE_FORMS, type DateForm, type DefaultValue, type MappedColumn, type Mapping } from './import_mapping';

interface FormProps {
  words: Language;
  columns: string[];
  mapping: Mapping;
  change: (mapping: Mapping) => void;
}

/** Fields by the record that they are of; one more service and assessment than are in use. */
function choices(mapping: Mapping): [string, string[]][] {
  const used = [...mapping.columns, ...mapping.defaults].map((each) => each.field.group);
  const next = (kind: string) => 1 + Math.max(0, ...used.filter((group) => group.startsWith(`${kind}.`)).map((group) => Number(group.split('.')[1])));
  const numbered = (path: string, kind: string) =>
    Array.from({ length: Math.min(50, next(kind)) }, (_, index) => path.replace('.1.', `.${index + 1}.`));
  const groups = new Map<string, string[]>();
  for (const path of FieldPath.all()) {
    const kind = path.split('.')[0] ?? '';
    for (const each of kind === 'service' || kind === 'assessment' ? numbered(path, kind) : [path]) {
      const group = FieldPath.parse(each)?.group ?? '';
      groups.set(group, [...(groups.get(group) ?? []), each]);
    }
  }
  return [...groups];
}

const newColumn = (name: string, field: FieldPath): MappedColumn => ({
  name,
  field,
  isAgeRange: false,
  referenceYear: new Date().getFullYear(),
  dateForm: 'yyyy-mm-dd',
  notRecorded: [],
  values: [],
});

function FieldChoice(props: { id: string; label: string; none: string; value: string; mapping: Mapping; choose: (path: string) => void }): JSX.Element {
  const { id, label, none, value, mapping, choose } = props;
  return (
    <>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="" selected={value === ''}>
          {none}
        </option>
        {choices(mapping).map(([group, paths]) => (
          <optgroup key={group} label={group || 'member_name'} lang="en">
            {paths.map((path) => (
              <option key={path} value={path} selected={path === value}>
                {path}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </>
  );
}

const linesOf = (pairs: [string, string][]): string => pairs.map((pair) => pair.join(' = ')).join('\n');

/** "Female = woman", one a line. A line that is no such pair is kept as it was typed, so that it can be put right. */
function readValues(text: string): Pick<MappedColumn, 'values' | 'unread'> {
  const values: [string, string][] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const at = line.lastIndexOf('=');
    const [value, meaning] = [line.slice(0, Math.max(0, at)).trim(), line.slice(at + 1).trim()];
    if (value === '' || meaning === '') return { values: [], unread: { text, line: index + 1 } };
    values.push([value, meaning]);
  }
  return { values, unread: undefined };
}

/** Which line of a column's values has to be put right before anything is taken in. */
export function UnreadLine({ words, column }: { words: Language; column: MappedColumn }): JSX.Element | null {
  return column.unread ? <>{words.say('import.values_line', { column: column.name, line: formatCount(column.unread.line) })}</> : null;
}

function Values(props: { id: string; words: Language; column: MappedColumn; change: (column: MappedColumn) => void }): JSX.Element {
  const { id, words, column, change } = props;
  const known = column.field.words();
  return (
    <details open={column.values.length > 0 || column.unread !== undefined}>
      <summary>{words.say('import.values')}</summary>
      <label for={`${id}-values`}>{words.say('import.values_about')}</label>
      <textarea
        id={`${id}-values`}
        rows={4}
        spellcheck={false}
        aria-invalid={column.unread !== undefined}
        aria-describedby={`${id}-unread`}
        value={column.unread?.text ?? linesOf(column.values)}
        onChange={(event) => change({ ...column, ...readValues(event.currentTarget.value) })}
      />
      <p role="alert" class="problem" id={`${id}-unread`}>
        <UnreadLine words={words} column={column} />
      </p>
      {known.length > 0 && (
        <small>
          {words.say('import.values_known')} <span lang="en">{known.join(', ')}</span>
        </small>
      )}
    </details>
  );
}

/** What a mapped column needs besides its field. */
function Reading(props: { id: string; words: Language; column: MappedColumn; change: (column: MappedColumn) => void }): JSX.Element {
  const { id, words, column, change } = props;
  return (
    <>
      {column.field.isDay && (
        <>
          <label for={`${id}-form`}>{words.say('import.date_form')}</label>
          <select id={`${id}-form`} value={column.dateForm} onChange={(event) => change({ ...column, dateForm: event.currentTarget.value as DateForm })}>
            {DATE_FORMS.map((form) => (
              <option key={form} value={form} selected={form === column.dateForm}>
                {form}
              </option>
            ))}
          </select>
        </>
      )}
      {column.field.isBirthYear && (
        <>
          <label>
            <input type="checkbox" checked={column.isAgeRange} onChange={(event) => change({ ...column, isAgeRange: event.currentTarget.checked })} />
            {words.say('import.is_age')}
          </label>
          {column.isAgeRange && (
            <>
              <label for={`${id}-year`}>{words.say('import.reference_year')}</label>
              <input
                id={`${id}-year`}
                type="number"
                min={1950}
                max={2200}
                value={column.referenceYear}
                onChange={(event) => change({ ...column, referenceYear: Number(event.currentTarget.value) })}
              />
            </>
          )}
        </>
      )}
      {((!column.field.isDay && !column.isAgeRange) || column.values.length > 0 || column.unread) && <Values {...props} />}
    </>
  );
}

function ColumnLine(props: FormProps & { name: string; mapped: MappedColumn | undefined; place: string }): JSX.Element {
  const { words, mapping, change, name, mapped, place } = props;
  const replace = (column: MappedColumn | undefined) => {
    const put = column ? [column] : [];
    const columns = mapped ? mapping.columns.flatMap((each) => (each === mapped ? put : [each])) : [...mapping.columns, ...put];
    change({ ...mapping, columns });
  };
  const choose = (path: string) => {
    const field = FieldPath.parse(path);
    // What the values of a column mean is meant for one field.
    replace(field && newColumn(name, field));
  };
  return (
    <li>
      <FieldChoice id={place} label={name} none={words.say('import.left_out')} value={mapped?.field.text ?? ''} mapping={mapping} choose={choose} />
      {mapped && <Reading id={place} words={words} column={mapped} change={replace} />}
    </li>
  );
}

function Defaults({ words, mapping, change }: FormProps): JSX.Element {
  const replace = (at: number, value: DefaultValue | undefined) => {
    const defaults = mapping.defaults.flatMap((each, index) => (index === at ? (value ? [value] : []) : [each]));
    change({ ...mapping, defaults: value && at === mapping.defaults.length ? [...defaults, value] : defaults });
  };
  return (
    <ul class="mapping">
      {[...mapping.defaults, undefined].map((each, index) => {
        const place = `default-${index}`;
        const choose = (path: string) => {
          const field = FieldPath.parse(path);
          replace(index, field && { field, value: each?.value ?? '' });
        };
        return (
          <li key={place}>
            <FieldChoice id={place} label={words.say('import.default_field')} none="–" value={each?.field.text ?? ''} mapping={mapping} choose={choose} />
            {each && (
              <>
                <label for={`${place}-value`}>{words.say('import.default_value')}</label>
                <input id={`${place}-value`} autocomplete="off" value={each.value} onChange={(event) => replace(index, { ...each, value: event.currentTarget.value })} />
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}

export function MappingForm(props: FormProps): JSX.Element {
  const { words, columns, mapping, change } = props;
  const lines = [...new Set(columns)].flatMap((name): [string, MappedColumn | undefined][] => {
    const mapped = mapping.columns.filter((each) => each.name === name);
    return mapped.length > 0 ? mapped.map((each) => [name, each]) : [[name, undefined]];
  });
  return (
    <section>
      <h2>{words.say('import.mapping')}</h2>
      <p>{words.say('import.mapping_about')}</p>
      <ul class="mapping">
        {lines.map(([name, mapped], index) => (
          <ColumnLine key={index} {...props} name={name} mapped={mapped} place={`column-${index}`} />
        ))}
      </ul>
      <label for="not-recorded">{words.say('import.not_recorded')}</label>
      <input
        id="not-recorded"
        autocomplete="off"
        value={mapping.notRecorded.join(', ')}
        onChange={(event) => change({ ...mapping, notRecorded: event.currentTarget.value.split(',').map((each) => each.trim()).filter(Boolean) })}
      />
      <details open={mapping.defaults.length > 0}>
        <summary>{words.say('import.defaults')}</summary>
        <p>{words.say('import.defaults_about')}</p>
        <Defaults {...props} />
      </details>
    </section>
  );
}
