// SPDX-License-Identifier: Apache-2.0
// A client that is not ours: @connectrpc/connect by its transports for Node and for browsers, in JSON and in binary,
// with messages read from descriptors at run time.
//
//   node by_connect.mjs ADDRESS DATA DESCRIPTORS TOOLS     DESCRIPTORS is a serialised FileDescriptorSet with imports
// Prints what it saw; exits 1 on the first thing that is wrong.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';

const [address, data, descriptors, tools] = process.argv.slice(2);
const from = createRequire(path.resolve(tools, 'package.json'));
const { createFileRegistry, fromBinary } = from('@bufbuild/protobuf');
const { FileDescriptorSetSchema } = from('@bufbuild/protobuf/wkt');
const { createClient, Code, ConnectError } = from('@connectrpc/connect');
const { createConnectTransport: forNode } = from('@connectrpc/connect-node');
const { createConnectTransport: forWeb } = from('@connectrpc/connect-web');

const read = (name) => fs.readFileSync(path.join(data, name));
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, fs.readFileSync(descriptors)));
const service = (name) => registry.getService(`aangan.node.v1.${name}`);
const baseUrl = `https://127.0.0.1:${address.split(':').pop()}`;
const ca = read('tls/authority.pem');

const withToken = (token) => (next) => (request) => {
  request.header.set('authorization', `Bearer ${token}`);
  return next(request);
};

// Node's fetch takes the authority from NODE_EXTRA_CA_CERTS, which `run` sets.
const transports = {
  'connect-node, JSON': (token) => forNode(
    { baseUrl, httpVersion: '1.1', useBinaryFormat: false, nodeOptions: { ca }, interceptors: [withToken(token)] }),
  'connect-node, binary': (token) => forNode(
    { baseUrl, httpVersion: '1.1', useBinaryFormat: true, nodeOptions: { ca }, interceptors: [withToken(token)] }),
  'connect-web, JSON': (token) => forWeb({ baseUrl, useBinaryFormat: false, interceptors: [withToken(token)] }),
  'connect-web, binary': (token) => forWeb({ baseUrl, useBinaryFormat: true, interceptors: [withToken(token)] }),
};

async function refused(call, code, reason) {
  const error = await call.then(() => { throw new Error('was not refused'); }, (failure) => failure);
  assert.ok(error instanceof ConnectError, String(error));
  assert.strictEqual(error.code, code, error.message);
  const infos = error.findDetails(registry.getMessage('google.rpc.ErrorInfo'));
  assert.deepStrictEqual(infos.map((info) => [info.reason, info.domain]), [[reason, 'aangan']]);
}

const steward = read('steward.token').toString().trim();
const { secret } = await createClient(service('AccessService'), transports['connect-node, JSON'](steward)).createToken(
  { token: { title: 'app-of-a-test', role: 2 } });
const ROLE_CASEWORKER = registry.getEnum('aangan.node.v1.Role').values.find((each) => each.name === 'ROLE_CASEWORKER');
assert.strictEqual(ROLE_CASEWORKER.number, 2);
for (const [name, make] of Object.entries(transports)) {
  const members = createClient(service('MemberService'), make(secret));
  const made = await members.createMember({
    member: { birthYear: 1990, gender: 'woman', enrolmentQuarter: '2026Q1', details: { fullName: 'आशा <b>' } },
    requestId: randomUUID(),
  });
  const got = await members.getMember({ name: made.name });
  assert.strictEqual(got.details.fullName, 'आशा <b>');
  assert.strictEqual(got.birthYear, 1990);
  assert.ok((await members.listMembers({ pageSize: 1 })).nextPageToken !== undefined);
  await refused(members.getMember({ name: 'members/' + 'a'.repeat(26) }), Code.NotFound, 'NOT_FOUND');
  const change = { member: { name: made.name, etag: made.etag, birthYear: 1991 }, updateMask: { paths: ['birth_year'] } };
  assert.strictEqual((await members.updateMember(change)).birthYear, 1991);
  await refused(members.updateMember(change), Code.Aborted, 'STALE_ETAG');
  await refused(createClient(service('MemberService'), make('aangan-x-y')).listMembers({}), Code.Unauthenticated, 'BAD_TOKEN');
  const hurried = members.listMembers({}, { signal: AbortSignal.abort() });
  await assert.rejects(hurried, (error) => error.code === Code.Canceled);
  // A stream is told in words, not left hanging.
  await assert.rejects(createClient(service('OperatorService'), make(steward)).importRecords((async function* none() {})()));
  console.log(`${name}: created, read, NOT_FOUND, ABORTED and UNAUTHENTICATED with details`);
}
