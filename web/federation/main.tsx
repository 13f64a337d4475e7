// SPDX-License-Identifier: Apache-2.0
// The federation's page.
import { ownTransport } from '../shared/session';
import { start } from '../shared/start';
import { FederationData } from './data';
import { Page } from './page';

const data = new FederationData(ownTransport());
start('head.federation', () => data.load(), (words, choose) => <Page data={data} words={words} choose={choose} />);
