// SPDX-License-Identifier: Apache-2.0
// Builds one page into dist/<page>: `vite build --mode federation` or `--mode operator`. Names of files come from their
// bytes; nothing of the machine, the day or the Node version is in them. WEB_OUT names another folder to build into.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { messagesPlugin } from './build/messages_plugin';

const here = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig(({ mode }) => ({
  root: mode === 'test' ? here : `${here}${mode}`,
  base: '/',
  plugins: [messagesPlugin(`${here}messages`)],
  resolve: {
    alias: {
      '@formatjs/icu-messageformat-parser':
        mode === 'test' ? '@formatjs/icu-messageformat-parser' : '@formatjs/icu-messageformat-parser/no-parser',
    },
  },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    outDir: process.env.WEB_OUT ? `${process.env.WEB_OUT}/${mode}` : `${here}dist/${mode}`,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // Without it the name localhost is looked up, which a bare machine may not know.
  server: { host: '127.0.0.1' },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*_test.{ts,tsx}'],
    // A busy machine is slow.
    testTimeout: 60_000,
  },
}));
