// SPDX-License-Identifier: Apache-2.0
// The first sentence of every view: who is in the figures and how final they are.
import type { JSX } from 'preact';
import { Houses } from '../shared/charts/houses';
import { useView, type View } from './context';
import type { PeriodData } from './data';
import { isYear, stateWord } from './figures';

/** "12 of 12 collectives reported. Confirmed." */
export function coverageText(view: View, period: string): string {
  const { data, words } = view;
  const release = data.releaseOf(period);
  if (!release) return words.say('coverage.none');
  const all = release.contributors.length + release.missing.length;
  const reported = words.say('coverage.sentence', { reported: release.contributors.length, all });
  return `${reported} ${stateSentence(view, period)}`;
}

/** How final the figures of a period are, in one sentence; with what is still missing when they are provisional. */
export function stateSentence(view: View, period: string): string {
  const { data, words } = view;
  const state = stateWord(data.releaseOf(period)?.state);
  const round = data.roundOf(period);
  if (state === 'provisional' && round?.roundDescriptor) {
    const { k, f } = round.roundDescriptor;
    return words.say('state_sentence.provisional', { in: round.answered.length, needed: k + f });
  }
  return words.say(`state_sentence.${state === 'provisional' ? 'provisional_plain' : state}`);
}

export function Coverage({ data: shown }: { data: PeriodData | undefined }): JSX.Element {
  const view = useView();
  const { data, words, period } = view;
  const release = data.releaseOf(period);
  const contributors = new Set(shown?.contributors ?? release?.contributors ?? []);
  const houses = [...contributors, ...(shown?.missing ?? release?.missing ?? [])].sort().map((id) => {
    const name = data.collectiveTitle(id);
    const filled = contributors.has(id);
    return { id, name, filled, said: words.say(filled ? 'coverage.house_in' : 'coverage.house_out', { name }) };
  });
  const missing = houses.filter((each) => !each.filled).map((each) => each.name);
  return (
    <section class={`coverage state-${stateWord(release?.state)}`}>
      <p class="lead">{coverageText(view, period)}</p>
      <Houses houses={houses} label={words.say('coverage.houses')} />
      {missing.length > 0 && <p>{words.say('coverage.missing', { names: words.list(missing) })}</p>}
      {release?.roundDescriptor?.rehearsal && <p class="rehearsal">{words.say('coverage.rehearsal')}</p>}
      {isYear(period) && <p>{words.say('coverage.year')}</p>}
    </section>
  );
}
