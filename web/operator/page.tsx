// SPDX-License-Identifier: Apache-2.0
// The frame of the operator's page.
import type { JSX } from 'preact';
import { Head, Ways, useFreshView, useRoute } from '../shared/frame';
import type { Language, LanguageId } from '../shared/language';
import { SignInForm, TroubleNote } from '../shared/parts';
import { link, type Route } from '../shared/route';
import { useWatched } from '../shared/store';
import type { NodeData } from './data';
import { Home } from './home';
import { Audit, Backups } from './lists';
import { ReleasePage, Releases } from './release';

const WAYS = ['home', 'release', 'backups', 'audit'] as const;

export function Page(props: { data: NodeData; words: Language; choose: (id: LanguageId) => void }): JSX.Element {
  const { data, words, choose } = props;
  useWatched(data);
  const route = useRoute();
  const here = WAYS.find((each) => each === route.page) ?? 'home';
  const ways = WAYS.map((page) => ({ page, address: link(page), title: words.say(`op.nav.${page}`) }));
  return (
    <>
      <Head title={words.say('op.title')} words={words} choose={choose} signedIn={data.signedIn === true} />
      {data.ready && <Ways label={words.say('nav.label')} ways={ways} here={here} />}
      <main id="content" tabIndex={-1}>
        {data.trouble && <TroubleNote words={words} trouble={data.trouble} again={() => void data.load()} />}
        {data.signedIn === false ? (
          <SignInForm words={words} about={words.say('op.about')} done={() => void data.load()} />
        ) : data.ready ? (
          <Body data={data} words={words} route={route} />
        ) : (
          !data.trouble && <p role="status">{words.say('op.waiting')}</p>
        )}
      </main>
    </>
  );
}

function Body({ data, words, route }: { data: NodeData; words: Language; route: Route }): JSX.Element {
  useFreshView(route);
  switch (route.page) {
    case 'release':
      return route.id ? <ReleasePage data={data} words={words} period={route.id} /> : <Releases data={data} words={words} />;
    case 'backups':
      return <Backups data={data} words={words} />;
    case 'audit':
      return <Audit data={data} words={words} />;
    default:
      return <Home data={data} words={words} />;
  }
}
