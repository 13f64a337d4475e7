// SPDX-License-Identifier: Apache-2.0
// The rooms of this page: one line each. The address of a room is "#/page" or "#/page/id", and an id is a resource's, but
// never a member's.
import type { JSX } from 'preact';
import type { Language } from '../shared/language';
import { Access } from './access';
import { Audit } from './audit';
import { Backups } from './backups';
import { Catalogues } from './catalogues';
import { Consent } from './consent';
import type { NodeData } from './data';
import { Erase, Receipt } from './erase';
import { Home } from './home';
import { ImportPage } from './import';
import { Join } from './join';
import { Members } from './members';
import { OfMember } from './of_member';
import { Permits } from './permits';
import { MemberRecord } from './record';
import { ReleasePage, Releases } from './release';
import { RosterRoom } from './roster';
import { Seal } from './seal';
import { Settings } from './settings';
import { WaitingRoom } from './waiting';

export interface RoomProps {
  data: NodeData;
  words: Language;
  /** What follows the page in the address, or empty; in rooms about a member, hers. */
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
  { page: 'members', way: 'members', draw: (props) => <Members {...props} /> },
  { page: 'record', way: 'members', draw: (props) => <OfMember {...props} room={MemberRecord} /> },
  { page: 'consent', way: 'members', draw: (props) => <OfMember {...props} room={Consent} /> },
  { page: 'erase', way: 'members', draw: (props) => <OfMember {...props} room={Erase} /> },
  { page: 'receipt', way: 'members', draw: (props) => <OfMember {...props} room={Receipt} /> },
  { page: 'seal', way: 'waiting', draw: (props) => <OfMember {...props} room={Seal} /> },
  { page: 'waiting', way: 'waiting', draw: (props) => <WaitingRoom {...props} /> },
  { page: 'permits', way: 'permits', draw: (props) => <Permits {...props} /> },
  { page: 'access', way: 'access', draw: (props) => <Access {...props} /> },
  { page: 'catalogue', way: 'catalogue', draw: (props) => <Catalogues {...props} /> },
  { page: 'roster', way: 'roster', draw: (props) => <RosterRoom {...props} /> },
  { page: 'join', way: 'roster', draw: (props) => <Join {...props} /> },
  { page: 'import', way: 'import', draw: (props) => <ImportPage {...props} /> },
  { page: 'backups', way: 'backups', ofStatus: true, draw: (props) => <Backups {...props} /> },
  { page: 'audit', way: 'audit', draw: (props) => <Audit {...props} /> },
  { page: 'settings', way: 'settings', draw: (props) => <Settings {...props} /> },
];
