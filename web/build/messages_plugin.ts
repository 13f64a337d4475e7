// SPDX-License-Identifier: Apache-2.0
// Compiles messages/<language>.json to syntax trees when the pages are built, so that no page carries a parser:
// `virtual:messages/hi` is a module with all of them. Texts that translate the catalogue stand there with the English words
// that they were made from, because the catalogue may have changed since.
import { readFileSync } from 'node:fs';
import { parse } from '@formatjs/icu-messageformat-parser';
import type { Plugin } from 'vite';

const PREFIX = 'virtual:messages/';

export function messagesPlugin(folder: string): Plugin {
  return {
    name: 'aangan-messages',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const read = (language: string) => {
        const file = `${folder}/${language}.json`;
        this.addWatchFile(file);
        return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
      };
      const texts = read(id.slice(PREFIX.length + 1));
      const compiled: Record<string, unknown> = {};
      for (const [key, text] of Object.entries(read('en'))) {
        if (/^(code|question|meant)\./.test(key)) compiled[`english.${key}`] = text;
      }
      for (const [key, text] of Object.entries(texts)) {
        const tree = parse(text, { captureLocation: false, ignoreTag: true });
        compiled[key] = tree.length === 1 && tree[0]?.type === 0 ? tree[0].value : tree;
      }
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(compiled))});`;
    },
  };
}
