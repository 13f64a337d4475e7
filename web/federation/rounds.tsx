// SPDX-License-Identifier: Apache-2.0
// Rounds and the roster, for the staff who run it: how far each round has come, whose contribution or answer is not in, what
// each collective's node sent last, and who belongs to the federation.
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { JSX } from 'preact';
import { RoundForm } from '../generated/aangan/federation/v1/catalogue_pb';
import { LogEntryKind } from '../generated/aangan/federation/v1/log_pb';
import { RoundState, type Round } from '../generated/aangan/federation/v1/rounds_pb';
import { Houses } from '../shared/charts/houses';
import { DataTable } from '../shared/parts';
import { codeName, useView } from './context';
import { Dimension } from '../generated/aangan/federation/v1/catalogue_pb';

const STATES: Partial<Record<RoundState, string>> = {
  [RoundState.ANNOUNCED]: 'announced',
  [RoundState.FROZEN]: 'frozen',
  [RoundState.PROVISIONAL]: 'provisional',
  [RoundState.CONFIRMED]: 'confirmed',
  [RoundState.VOID]: 'void',
  [RoundState.CORRECTED]: 'corrected',
  [RoundState.DISPUTED]: 'disputed',
};

export function RoundsPage(): JSX.Element {
  const view = useView();
  const { data, words } = view;
  return (
    <>
      <h1>{words.say('rounds.title')}</h1>
      {data.rounds.length === 0 && <p>{words.say('rounds.none')}</p>}
      {data.rounds.map((round) => (
        <RoundLine key={round.name} round={round} />
      ))}
      <LastSentTable />
      <RosterTable />
    </>
  );
}

function RoundLine({ round }: { round: Round }): JSX.Element {
  const view = useView();
  const { data, words } = view;
  const descriptor = round.roundDescriptor;
  // Who was in the roster of an older round is not here: of such a round those are shown who contributed to it.
  const isOfRoster = descriptor?.epoch === data.epoch?.roster?.epoch;
  const all = isOfRoster ? data.collectives().map((each) => each.id) : round.contributors;
  const day = (time: Timestamp | undefined) => (time ? words.lastDay(timestampDate(time)) : '–');
  const state = STATES[round.state] ?? 'announced';
  const summed = descriptor?.form === RoundForm.SUMMED;
  const frozen = new Set(round.freeze?.contributions.map((each) => each.collective));
  const contributors = new Set(round.contributors);
  const houses = all.map((id) => {
    const name = data.collectiveTitle(id);
    const filled = contributors.has(id);
    return { id, name, filled, said: words.say(filled ? 'rounds.house_in' : 'rounds.house_out', { name }) };
  });
  const silent = [...frozen].filter((id) => !round.answered.includes(id)).map((id) => data.collectiveTitle(id));
  return (
    <section class={`round state-${state}`} aria-label={words.period(descriptor?.period ?? '')}>
      <h2>{words.period(descriptor?.period ?? '')}</h2>
      <p class="lead">{words.say(`rounds.state_${state}`)}</p>
      <p>
        {words.say('rounds.contributions', { in: round.contributors.length, all: descriptor?.n ?? 0 })}{' '}
        {summed && frozen.size > 0 && words.say('rounds.answers', { in: round.answered.length, all: frozen.size })}
      </p>
      <Houses houses={houses} label={words.say('rounds.houses')} />
      {summed && frozen.size > 0 && silent.length > 0 && <p>{words.say('rounds.silent', { names: words.list(silent) })}</p>}
      {round.differing.length > 0 && (
        <p class="problem">
          {words.say('rounds.differing', { names: words.list(round.differing.map((id) => data.collectiveTitle(id))) })}
        </p>
      )}
      {round.excluded.length > 0 && (
        <p class="problem">
          {words.say('rounds.excluded', { names: words.list(round.excluded.map((id) => data.collectiveTitle(id))) })}
        </p>
      )}
      <p>
        {words.say(summed ? 'rounds.summed' : 'rounds.direct')}{' '}
        {words.say('rounds.until', { until: day(descriptor?.contributeUntil), last: day(descriptor?.extendUntil) })}{' '}
        {descriptor?.rehearsal && words.say('coverage.rehearsal')}
      </p>
    </section>
  );
}

/** A contribution or an answer. When a node asked for something is kept nowhere, so it is not shown. */
function LastSentTable(): JSX.Element {
  const { data, words } = useView();
  const what = (id: string) => {
    const sent = data.lastSent.get(id);
    if (!sent) return words.say('rounds.last_nothing');
    const isAnswer = sent.kind === LogEntryKind.ANSWER;
    return words.say(isAnswer ? 'rounds.last_answer' : 'rounds.last_contribution', { period: words.period(sent.period) });
  };
  const when = (id: string) => {
    const time = data.lastSent.get(id)?.receiveTime;
    return time ? words.dateAndTime(timestampDate(time)) : '–';
  };
  const title = words.say('rounds.last_title');
  return (
    <section>
      <h2>{title}</h2>
      <DataTable
        caption={title}
        rows={data.collectives()}
        columns={[
          { title: words.say('roster.collective'), cell: (each) => each.title || each.id },
          { title: words.say('rounds.last_what'), cell: (each) => what(each.id) },
          { title: words.say('rounds.last_when'), cell: (each) => when(each.id) },
        ]}
      />
    </section>
  );
}

function RosterTable(): JSX.Element {
  const view = useView();
  const { data, words } = view;
  const epoch = data.epoch;
  const signed = new Set(epoch?.signatures.map((each) => each.collective));
  const place = (id: string) => data.zones().find((each) => each.collectives.includes(id))?.id ?? '';
  const title = words.say('roster.title');
  return (
    <section>
      <h2>{title}</h2>
      {epoch?.roster && (
        <p>
          {words.say(epoch.inForce ? 'roster.in_force' : 'roster.waiting', { epoch: epoch.roster.epoch })}{' '}
          {epoch.roster.expireTime && words.say('roster.expires', { date: words.date(timestampDate(epoch.roster.expireTime)) })}
        </p>
      )}
      <DataTable
        caption={title}
        rows={data.collectives()}
        columns={[
          { title: words.say('roster.collective'), cell: (each) => each.title || each.id },
          { title: words.say('roster.state'), cell: (each) => words.find(`code.state.${each.state}`) ?? each.state },
          {
            title: words.say('roster.zone'),
            cell: (each) => (place(each.id) ? codeName(view, Dimension.PLACE, place(each.id)) : '–'),
          },
          { title: words.say('roster.run_by'), cell: (each) => each.runBy },
          {
            title: words.say('roster.signed'),
            cell: (each) => words.say(signed.has(each.id) ? 'roster.yes' : 'roster.not_yet'),
          },
        ]}
      />
    </section>
  );
}
