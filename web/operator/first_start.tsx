// SPDX-License-Identifier: Apache-2.0
// The first start of a node: what to make of it, the one form for that, and how far it is. The address says which screen it
// is, so that the browser's way back works; what was typed stays for this tab, but for what opens something.
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { SetupState, type GetSetupResponse } from '../generated/aangan/node/v1/setup_pb';
import { useFreshView } from '../shared/frame';
import type { Language } from '../shared/language';
import { link, type Route } from '../shared/route';
import type { NodeData } from './data';
import { NewNodeForm } from './new_node_form';
import { RestoreForm } from './restore_form';

const ASK_EVERY_MS = 1000;
const WAYS = ['new', 'restore', 'join'] as const;

export interface FirstStartProps {
  data: NodeData;
  words: Language;
  setup: GetSetupResponse;
}

export function FirstStart(props: FirstStartProps & { route: Route }): JSX.Element {
  const { data, words, setup, route } = props;
  useFreshView(route);
  useEffect(() => {
    const asking = setInterval(() => void data.lookAtSetup(), ASK_EVERY_MS);
    return () => clearInterval(asking);
  }, [data]);
  switch (setup.state) {
    case SetupState.RESTORING:
      return <Restoring words={words} setup={setup} />;
    case SetupState.OPENING:
      return <Said title={words.say('start.opening')} about={words.say('start.opening_about')} />;
    case SetupState.LOCKED:
      return <Said title={words.say('start.locked')} about={words.say('start.locked_about')} command="aangan unlock" />;
  }
  const way = route.page === 'start' ? route.id : '';
  if (way === 'restore') return <RestoreForm {...props} />;
  if (way === 'new' || way === 'join') return <NewNodeForm {...props} joins={way === 'join'} />;
  return (
    <>
      <h1>{words.say('start.title')}</h1>
      <p class="lead">{words.say('start.about')}</p>
      <div class="word">
        {WAYS.map((each) => (
          <div key={each}>
            <a role="button" href={link('start', each)} aria-describedby={`start-${each}`}>
              {words.say(`start.${each}`)}
            </a>
            <p id={`start-${each}`}>{words.say(`start.${each}_about`)}</p>
          </div>
        ))}
      </div>
    </>
  );
}

/** A state in which this page has nothing to ask. */
function Said({ title, about, command }: { title: string; about: string; command?: string }): JSX.Element {
  return (
    <section role="status">
      <h1>{title}</h1>
      <p class="lead">{about}</p>
      {command && (
        <p>
          <code>{command}</code>
        </p>
      )}
    </section>
  );
}

function Restoring({ words, setup }: { words: Language; setup: GetSetupResponse }): JSX.Element {
  const title = words.say('start.restoring');
  const megabytes = (bytes: bigint) => Math.ceil(Number(bytes) / 1e6);
  return (
    <>
      <h1>{title}</h1>
      <p class="lead">{words.say('start.restoring_about')}</p>
      <progress aria-label={title} max={Number(setup.totalBytes) || undefined} value={setup.totalBytes > 0n ? Number(setup.doneBytes) : undefined} />
      {setup.totalBytes > 0n && (
        <p role="status">{words.say('start.restoring_done', { done: megabytes(setup.doneBytes), total: megabytes(setup.totalBytes) })}</p>
      )}
    </>
  );
}

/** What a new node needs next; below the form that signs in for the first time. */
export function NextSteps({ words }: { words: Language }): JSX.Element {
  const steps: [string, string][] = [
    [words.say('start.next_parts'), 'aangan recovery split'],
    [words.say('start.next_backup'), 'aangan backup'],
    [words.say('start.next_join'), ''],
  ];
  return (
    <section>
      <h2>{words.say('start.next_title')}</h2>
      <ol>
        {steps.map(([say, command]) => (
          <li key={say}>
            {say} {command && <code>{command}</code>}
          </li>
        ))}
      </ol>
    </section>
  );
}
