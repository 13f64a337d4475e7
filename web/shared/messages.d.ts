// SPDX-License-Identifier: Apache-2.0
// What build/messages_plugin.ts makes: a text, or the syntax tree of a text with placeholders.
declare module 'virtual:messages/*' {
  import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
  const messages: Record<string, string | MessageFormatElement[]>;
  export default messages;
}
