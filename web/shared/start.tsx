// SPDX-License-Identifier: Apache-2.0
// Starts a page: its words and its data are asked for side by side.
import { render, type JSX } from 'preact';
import './look.css';
import { keepLanguage, loadLanguage, wantedLanguage, type Language, type LanguageId } from './language';

type Choose = (id: LanguageId) => void;

export function start(titleKey: string, load: () => Promise<void>, page: (words: Language, choose: Choose) => JSX.Element): void {
  const draw = (words: Language) => {
    document.documentElement.lang = words.id;
    document.title = words.say(titleKey);
    render(page(words, choose), document.getElementById('page') as HTMLElement);
  };
  const choose = (id: LanguageId) => {
    keepLanguage(id);
    // Without a link a language that was not read yet can't be; the page stays in the one it has.
    loadLanguage(id).then(draw, () => undefined);
  };
  void load();
  void loadLanguage(wantedLanguage()).then(draw);
}
