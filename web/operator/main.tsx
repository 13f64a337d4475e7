// SPDX-License-Identifier: Apache-2.0
// The operator's page of a node.
import { ownTransport } from '../shared/session';
import { start } from '../shared/start';
import { NodeData } from './data';
import { Page } from './page';

const data = new NodeData(ownTransport());
start('op.title', () => data.load(), (words, choose) => <Page data={data} words={words} choose={choose} />);
