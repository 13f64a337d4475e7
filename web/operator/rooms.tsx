// SPDX-License-Identifier: Apache-2.0
// The rooms of this page: one line each. The address of a room is "#/page" or "#/page/id", and an id is a resource's.
import type { JSX } from 'preact';
import type { Language } from '../shared/language';
import type { NodeData } from './data';
import { Home } from './home';
import { Audit, Backups } from './lists';
import { ReleasePage, Releases } from './release';

export interface RoomProps {
  data: NodeData;
  words: Language;
  /** What follows the page in the address, or empty. */
  id: string;
}

export interface Room {
  page: string;
  /** Under which way through the page it stands; its own has the message "op.nav.<page>". */
  way: string;
  /** It shows how the node is, which not every role may read. */
  ofStatus?: true;
  draw: (props: RoomProps) => JSX.Element;
}

export const ROOMS: Room[] = [
  { page: 'home', way: 'home', ofStatus: true, draw: (props) => <Home {...props} /> },
  { page: 'release', way: 'release', ofStatus: true, draw: (props) => (props.id ? <ReleasePage {...props} period={props.id} /> : <Releases {...props} />) },
  { page: 'backups', way: 'backups', ofStatus: true, draw: (props) => <Backups {...props} /> },
  { page: 'audit', way: 'audit', draw: (props) => <Audit {...props} /> },
];
