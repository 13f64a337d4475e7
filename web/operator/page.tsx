// SPDX-License-Identifier: Apache-2.0
// The frame of the operator's page.
import { Fragment, type JSX } from 'preact';
import { Head, Ways, useFreshView, useRoute } from '../shared/frame';
import type { Language, LanguageId } from '../shared/language';
import { SignInForm, TroubleNote } from '../shared/parts';
import { link, type Route } from '../shared/route';
import { useWatched } from '../shared/store';
import type { NodeData } from './data';
import { FirstStart, NextSteps } from './first_start';
import { Refused } from './refused';
import { ROOMS, type Room } from './rooms';
import { Secrets } from './secrets';

export function Page(props: { data: NodeData; words: Language; choose: (id: LanguageId) => void }): JSX.Element {
  const { data, words, choose } = props;
  useWatched(data);
  const route = useRoute();
  const room = ROOMS.find((each) => each.page === route.page) ?? ROOMS[0];
  const ways = ROOMS.filter((each) => each.way === each.page).map(({ page }) => ({ page, address: link(page), title: words.say(`op.nav.${page}`) }));
  return (
    <>
      <Head title={words.say('op.title')} words={words} choose={choose} signedIn={data.signedIn === true} />
      {data.ready && <Ways label={words.say('nav.label')} ways={ways} here={room?.way} />}
      <main id="content" tabIndex={-1}>
        {data.trouble && <TroubleNote words={words} trouble={data.trouble} again={() => void data.load()} />}
        <Secrets data={data} words={words} />
        {data.setup ? (
          <FirstStart data={data} words={words} setup={data.setup} route={route} />
        ) : data.signedIn === false ? (
          <SignIn data={data} words={words} />
        ) : data.ready ? (
          <Body data={data} words={words} route={route} room={room} />
        ) : (
          !data.trouble && <p role="status">{words.say('op.waiting')}</p>
        )}
      </main>
    </>
  );
}

function SignIn({ data, words }: { data: NodeData; words: Language }): JSX.Element {
  const file = data.firstTokenFile();
  return (
    <>
      <SignInForm words={words} about={file ? words.say('start.sign_in', { file }) : words.say('op.about')} done={() => void data.load()} />
      {file && <NextSteps words={words} />}
    </>
  );
}

function Body(props: { data: NodeData; words: Language; route: Route; room: Room | undefined }): JSX.Element {
  const { data, words, route, room } = props;
  useFreshView(route);
  if (data.barred && room?.ofStatus) {
    return (
      <>
        <h1>{words.say(`op.nav.${room.way}`)}</h1>
        <Refused words={words} refusal={data.barred} roles={['operator', 'steward', 'auditor']} />
      </>
    );
  }
  // A room of another member is another room: nothing of the one before is in it.
  return <Fragment key={`${route.page}/${route.id}`}>{room?.draw({ data, words, id: route.id })}</Fragment>;
}
