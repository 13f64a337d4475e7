// SPDX-License-Identifier: Apache-2.0
// The frame of the federation's page: head, ways through it, the view that the address asks for, and the foot that a print
// needs.
import type { JSX } from 'preact';
import { Head, Ways, useFreshView, useRoute } from '../shared/frame';
import type { Language, LanguageId } from '../shared/language';
import { SignInForm, TroubleNote } from '../shared/parts';
import { link, type Route } from '../shared/route';
import { useWatched } from '../shared/store';
import { CataloguePage } from './catalogue';
import { ComparePage } from './compare';
import { ViewContext, useView, type View } from './context';
import { coverageText } from './coverage';
import type { FederationData } from './data';
import { DataPage } from './downloads';
import { IndicatorPage } from './indicator';
import { MethodPage } from './method';
import { Overview } from './overview';
import { PlacesPage } from './places';
import { RoundsPage } from './rounds';

const WAYS = ['overview', 'places', 'compare', 'rounds', 'catalogue', 'data', 'method'] as const;

export function Page(props: { data: FederationData; words: Language; choose: (id: LanguageId) => void }): JSX.Element {
  const { data, words, choose } = props;
  useWatched(data);
  const route = useRoute();
  const asked = route.query.get('period') ?? '';
  const period = data.periodIds().includes(asked) ? asked : (data.periodIds()[0] ?? '');
  const view: View | undefined = data.catalogue && { data, words, period, catalogue: data.catalogue };
  const ways = WAYS.map((page) => ({ page, address: link(page, '', { period }), title: words.say(`nav.${page}`) }));
  const here = WAYS.find((each) => each === route.page) ?? (route.page === 'indicator' ? undefined : 'overview');
  return (
    <>
      <Head title={words.say('head.federation')} words={words} choose={choose} signedIn={data.signedIn === true}>
        {data.ready && period !== '' && <PeriodChoice data={data} words={words} route={route} period={period} />}
      </Head>
      {data.ready && <Ways label={words.say('nav.label')} ways={ways} here={here} />}
      <main id="content" tabIndex={-1}>
        {data.trouble && <TroubleNote words={words} trouble={data.trouble} again={() => void data.load()} />}
        {data.signedIn === false ? (
          <SignInForm words={words} about={words.say('sign_in.federation')} done={() => void data.load()} />
        ) : !data.ready ? (
          !data.trouble && <p role="status">{words.say('waiting')}</p>
        ) : view ? (
          <ViewContext.Provider value={view}>
            <Body route={route} />
            <Foot />
          </ViewContext.Provider>
        ) : (
          <p class="lead">{words.say('nothing_agreed')}</p>
        )}
      </main>
    </>
  );
}

function Body({ route }: { route: Route }): JSX.Element {
  const { words, period } = useView();
  useFreshView(route);
  const needsFigures = !['rounds', 'catalogue', 'method'].includes(route.page);
  if (needsFigures && period === '') return <p class="lead">{words.say('no_figures')}</p>;
  switch (route.page) {
    case 'indicator':
      return <IndicatorPage route={route} />;
    case 'places':
      return <PlacesPage />;
    case 'compare':
      return <ComparePage route={route} />;
    case 'rounds':
      return <RoundsPage />;
    case 'catalogue':
      return <CataloguePage />;
    case 'data':
      return <DataPage />;
    case 'method':
      return <MethodPage />;
    default:
      return <Overview />;
  }
}

function PeriodChoice(props: { data: FederationData; words: Language; route: Route; period: string }): JSX.Element {
  const { data, words, route, period } = props;
  const choose = (chosen: string) => {
    const query = Object.fromEntries(route.query);
    location.hash = link(route.page || 'overview', route.id, { ...query, period: chosen });
  };
  return (
    <label class="period">
      <span class="only-read">{words.say('head.period')}</span>
      <select value={period} onChange={(event) => choose(event.currentTarget.value)}>
        {data.periodIds().map((each) => (
          <option key={each} value={each} selected={each === period}>
            {words.period(each)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What a sheet of paper must say of itself: address, period, catalogue, state. */
function Foot(): JSX.Element {
  const view = useView();
  const { words, period, catalogue } = view;
  return (
    <footer class="foot">
      <p>
        <button type="button" class="quiet" onClick={() => print()}>
          {words.say('foot.print')}
        </button>
      </p>
      <p>
        {period !== '' && `${words.period(period)}. ${coverageText(view, period)} `}
        {words.say('foot.catalogue', { version: catalogue.version })} <span class="address">{location.href}</span>
      </p>
    </footer>
  );
}
