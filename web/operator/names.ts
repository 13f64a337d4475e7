// SPDX-License-Identifier: Apache-2.0
// Names of resources and codes, for people and for addresses.
import type { Language } from '../shared/language';

/** Domains in the order of the node's list. */
export const DOMAINS = [
  'awareness',
  'education',
  'health',
  'mental_health',
  'livelihood',
  'financial_inclusion',
  'legal_aid',
  'identity_papers',
  'housing',
  'safety_and_stigma',
];
/** Those that open only with a grant. */
export const SENSITIVE_DOMAINS = ['mental_health', 'health', 'legal_aid'];

/** "members/abc" is "abc"; so is "members/abc/sealedState". */
export function idOf(name: string): string {
  return name.split('/')[1] ?? '';
}

/** The words of a code, or the code itself written out. */
export function codeName(words: Language, list: string, code: string): string {
  return words.find(`code.${list}.${code}`) ?? code.replaceAll('_', ' ');
}
