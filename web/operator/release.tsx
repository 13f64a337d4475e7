// SPDX-License-Identifier: Apache-2.0
// Releases: what stays here beside what would leave, the cells first in which one person could recognise herself, and two
// buttons of equal size, each with what it brings about.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ReleaseStage, type PreviewCell, type PreviewReleaseResponse, type Release } from '../generated/aangan/node/v1/releases_pb';
import { formatCount, type Language } from '../shared/language';
import { DataTable, TroubleNote, type Column } from '../shared/parts';
import { link } from '../shared/route';
import { useAsked } from './ask';
import type { NodeData, Word } from './data';
import { hexadecimal } from './dates';
import { PrintButton, TwoWays, Waiting } from './forms';
import { periodOf } from './home';

export function Releases({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const title = words.say('op.release_list');
  return (
    <>
      <h1>{title}</h1>
      {data.releases.length === 0 ? (
        <p>{words.say('op.release_none')}</p>
      ) : (
        <DataTable
          caption={title}
          rows={data.releases}
          columns={[
            {
              title: words.say('op.release_quarter'),
              cell: (each) =>
                each.stage === ReleaseStage.PROPOSED ? (
                  <a href={link('release', periodOf(each.name))}>{words.period(periodOf(each.name))}</a>
                ) : (
                  words.period(periodOf(each.name))
                ),
            },
            {
              title: words.say('op.release_stage'),
              cell: (each) => words.say(`op.stage_${each.stage}`) + (each.rehearsal ? ` (${words.say('state.rehearsal')})` : ''),
            },
          ]}
        />
      )}
    </>
  );
}

export function ReleasePage({ data, words, period }: { data: NodeData; words: Language; period: string }): JSX.Element {
  const release = data.releases.find((each) => each.name === `releases/${period}`);
  if (!release) return <Releases data={data} words={words} />;
  if (release.stage !== ReleaseStage.PROPOSED) return <Receipt release={release} words={words} />;
  return <Proposed key={release.name} release={release} data={data} words={words} period={period} />;
}

/** Its exact counts live here alone: they are gone when the room is left. */
function Proposed(props: { release: Release; data: NodeData; words: Language; period: string }): JSX.Element {
  const { release, data, words, period } = props;
  const { answer: preview, refusal, again } = useAsked(data, () => data.calls.releases.previewRelease({ name: release.name }));
  return (
    <>
      <h1>{words.say('op.release_title', { period: words.period(period) })}</h1>
      {release.contributeUntil && (
        <p class="lead">{words.say('op.release_last_day', { date: words.lastDay(timestampDate(release.contributeUntil)) })}</p>
      )}
      {release.rehearsal && <p class="rehearsal">{words.say('coverage.rehearsal')}</p>}
      {refusal && <TroubleNote words={words} trouble={refusal.trouble} again={again} />}
      {preview ? <Preview preview={preview} data={data} words={words} again={again} /> : !refusal && <Waiting words={words} />}
    </>
  );
}

/** How far it has come, to be printed. */
function Receipt({ release, words }: { release: Release; words: Language }): JSX.Element {
  return (
    <>
      <h1>{words.period(periodOf(release.name))}</h1>
      <p class="lead" role="status">
        {words.say(`op.stage_${release.stage}`)}
      </p>
      {release.approveTime && <p>{words.dateAndTime(timestampDate(release.approveTime))}</p>}
      {release.proposalDigest.length > 0 && <p class="address">{words.say('op.check_number', { number: hexadecimal(release.proposalDigest) })}</p>}
      <PrintButton words={words} />
    </>
  );
}

/** Id of a cell for people: the words of its indicator and codes, as far as there are some. */
function cellName(words: Language, cell: PreviewCell): string {
  const named = (code: string) => ['domain', 'gender', 'age_band', 'exploitation_type', 'place'].map((list) => words.find(`code.${list}.${code}`)).find((each) => each) ?? code;
  const name = words.find(`short.${cell.indicator}`) ?? cell.indicator.replaceAll('_', ' ');
  return cell.codes.length > 0 ? words.say('figure.with_codes', { name, codes: cell.codes.map(named).join(', ') }) : name;
}

function Preview(props: { preview: PreviewReleaseResponse; data: NodeData; words: Language; again: () => void }): JSX.Element {
  const { preview, data, words, again } = props;
  const [word, setWord] = useState<Word | 'asked' | undefined>();
  const [changed, setChanged] = useState<PreviewReleaseResponse | undefined>();
  const give = async (work: Promise<Word>) => {
    setWord('asked');
    const answer = await work;
    setWord(answer);
    if (answer !== 'changed') return;
    setChanged(preview);
    again();
  };
  const first = preview.cells.filter((each) => each.oneCouldRecogniseHerself);
  const release = preview.release;
  const rounds = release && release.chargeNanoRho > 0n ? Number(release.budgetLeftNanoRho / release.chargeNanoRho) : 0;
  // Counts that changed are no longer to be decided on: the new ones come first.
  const isBusy = word === 'asked' || (word === 'changed' && preview === changed);
  const problem = isBusy || word === undefined || word === 'done' ? undefined : word;
  return (
    <>
      <p>{words.say('op.release_about')}</p>
      {first.length > 0 ? (
        <>
          <h2>{words.say('op.first_title')}</h2>
          <p class="note note-attention">{words.say('op.first_about')}</p>
          <Cells caption={words.say('op.first_title')} cells={first} words={words} />
        </>
      ) : (
        <p>{words.say('op.first_none')}</p>
      )}
      <details>
        <summary>{words.say('op.all_cells')}</summary>
        <Cells caption={words.say('op.all_cells')} cells={preview.cells} words={words} />
      </details>
      <p>
        {words.say('op.cut', { count: Number(preview.membersCut) })} {words.say('op.budget', { count: rounds })}
      </p>
      <TwoWays
        busy={isBusy}
        ways={[
          { say: words.say('op.send'), about: words.say('op.send_about'), run: () => void give(data.approve(preview)) },
          { say: words.say('op.refuse'), about: words.say('op.refuse_about'), run: () => void give(data.refuse(preview)) },
        ]}
      />
      <p role="alert" class="problem">
        {problem && words.say(problem === 'changed' || problem === 'not_steward' ? `op.${problem}` : problem)}
      </p>
    </>
  );
}

function Cells({ caption, cells, words }: { caption: string; cells: PreviewCell[]; words: Language }): JSX.Element {
  const signed = (count: bigint) => (count < 0n ? `−${formatCount(-count)}` : formatCount(count));
  const columns: Column<PreviewCell>[] = [
    { title: words.say('table.figure'), cell: (cell) => cellName(words, cell) },
    { title: words.say('op.stays'), number: true, cell: (cell) => formatCount(cell.exact) },
    {
      title: words.say('op.since'),
      number: true,
      cell: (cell) => (cell.exactBefore === undefined ? '–' : `${cell.exact > cell.exactBefore ? '+' : ''}${signed(cell.exact - cell.exactBefore)}`),
    },
    { title: words.say('op.leaves'), number: true, cell: (cell) => signed(cell.leaves) },
    { title: words.say('table.margin'), number: true, cell: (cell) => formatCount(cell.margin) },
  ];
  return <DataTable caption={caption} columns={columns} rows={cells} />;
}
