// SPDX-License-Identifier: Apache-2.0
// What both pages begin with: the way past the head, the head itself, and the ways through the page.
import { render, type ComponentChildren, type JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Language, LanguageId } from './language';
import { LanguageChoice } from './parts';
import { parseRoute, type Route } from './route';
import { signOut } from './session';

/** Follows the address behind "#". */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

/**
 * Begins at the top of each view, with the focus there too; but not when the page is opened. It is done before the view can be
 * seen: later it would take the focus from whoever types already.
 */
export function useFreshView(route: Route): void {
  const opened = useRef(false);
  useLayoutEffect(() => {
    if (opened.current) {
      scrollTo(0, 0);
      document.getElementById('content')?.focus({ preventScroll: true });
    }
    opened.current = true;
  }, [route.page, route.id]);
}

/** Takes everything from the screen at once, since whoever comes next may see it, and then signs out. */
async function leave(words: Language): Promise<void> {
  const page = document.getElementById('page') as HTMLElement;
  render(<main id="content" tabIndex={-1} />, page);
  if (await signOut()) return location.reload();
  render(
    <main id="content" tabIndex={-1}>
      <section class="note note-attention" role="alert">
        <p>{words.say('head.sign_out_failed')}</p>
        <button type="button" onClick={() => void leave(words)}>
          {words.say('trouble.again')}
        </button>
      </section>
    </main>,
    page,
  );
}

export function Head(props: {
  title: string;
  words: Language;
  choose: (id: LanguageId) => void;
  signedIn: boolean;
  children?: ComponentChildren;
}): JSX.Element {
  const { title, words, choose, signedIn } = props;
  const skip = (event: Event) => {
    event.preventDefault();
    document.getElementById('content')?.focus();
  };
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        {words.say('head.skip')}
      </a>
      <header class="head">
        <p class="brand">{title}</p>
        <div class="controls">
          {props.children}
          <LanguageChoice words={words} choose={choose} />
          {signedIn && (
            <button type="button" class="quiet" onClick={() => void leave(words)}>
              {words.say('head.sign_out')}
            </button>
          )}
        </div>
      </header>
    </>
  );
}

export interface Way {
  page: string;
  address: string;
  title: string;
}

export function Ways({ label, ways, here }: { label: string; ways: Way[]; here: string | undefined }): JSX.Element {
  return (
    <nav class="ways" aria-label={label}>
      <ul>
        {ways.map((way) => (
          <li key={way.page}>
            <a href={way.address} aria-current={way.page === here ? 'page' : undefined}>
              {way.title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
