// SPDX-License-Identifier: Apache-2.0
// A client that is not ours: @grpc/grpc-js with messages read from the .proto files at run time, over TLS.
//
//   node by_grpc_js.cjs node ADDRESS DATA PROTO TOOLS              creates, lists in pages, NOT_FOUND, ABORTED
//   node by_grpc_js.cjs federation ADDRESS DATA PROTO TOOLS        reads figures in pages, NOT_FOUND
// Prints what it saw; exits 1 on the first thing that is wrong.
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const { randomUUID } = require('crypto');

const [mode, address, data, proto, tools] = process.argv.slice(2);
const from = (name) => require(path.resolve(tools, 'node_modules', name));
const grpc = from('@grpc/grpc-js');
const loader = from('@grpc/proto-loader');
const protobuf = from('protobufjs');

const load = (file) => grpc.loadPackageDefinition(
  loader.loadSync(file, { includeDirs: [proto], keepCase: true, longs: Number, enums: String, defaults: true }));
const read = (name) => fs.readFileSync(path.join(data, name));

const details = new protobuf.Root();
details.resolvePath = (_, file) => path.join(proto, file);
details.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto']);

function metadataWith(token) {
  const metadata = new grpc.Metadata();
  metadata.set('authorization', 'Bearer ' + token);
  return metadata;
}

function caller(client, token) {
  return (method, request) => new Promise((resolve, reject) => {
    client[method](request, metadataWith(token), { deadline: Date.now() + 20000 },
      (error, response) => (error ? reject(error) : resolve(response)));
  });
}

// The call must fail with this code, and with an ErrorInfo of this reason among its details.
async function refused(call, code, reason) {
  const error = await call.then(() => { throw new Error('was not refused'); }, (failure) => failure);
  assert.strictEqual(error.code, code, error.message);
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  assert.ok(bytes.length <= 4096);
  const status = details.lookupType('google.rpc.Status').decode(bytes);
  const infos = status.details.filter((each) => each.type_url.endsWith('google.rpc.ErrorInfo'));
  assert.strictEqual(infos.length, 1);
  const info = details.lookupType('google.rpc.ErrorInfo').decode(infos[0].value);
  assert.deepStrictEqual([info.reason, info.domain], [reason, 'aangan']);
}

async function againstNode() {
  const tls = grpc.credentials.createSsl(read('tls/authority.pem'));
  const { AccessService } = load('aangan/node/v1/access.proto').aangan.node.v1;
  const steward = caller(new AccessService(address, tls), read('steward.token').toString().trim());
  const { secret } = await steward('CreateToken', { token: { title: 'app-of-a-test', role: 'ROLE_CASEWORKER' } });
  const { MemberService } = load('aangan/node/v1/members.proto').aangan.node.v1;
  const call = caller(new MemberService(address, tls), secret);
  const made = [];
  for (const year of [1990, 1995, 2001]) {
    made.push(await call('CreateMember', {
      member: { birth_year: year, gender: 'woman', enrolment_quarter: '2026Q1' }, request_id: randomUUID(),
    }));
  }
  const seen = new Set();
  let token = '';
  do {
    const page = await call('ListMembers', { page_size: 2, page_token: token });
    assert.ok(page.members.length <= 2);
    page.members.forEach((member) => seen.add(member.name));
    token = page.next_page_token;
  } while (token);
  made.forEach((member) => assert.ok(seen.has(member.name)));
  await refused(call('GetMember', { name: 'members/' + 'a'.repeat(26) }), grpc.status.NOT_FOUND, 'NOT_FOUND');
  const { name, etag } = made[0];
  await call('UpdateMember', { member: { name, etag, birth_year: 1991 }, update_mask: { paths: ['birth_year'] } });
  await refused(call('DeleteMember', { name, etag }), grpc.status.ABORTED, 'STALE_ETAG');
  console.log('grpc-js: created, listed in pages, NOT_FOUND and ABORTED with details');
}

async function againstFederation() {
  const tls = grpc.credentials.createSsl(read('staff/authority.pem'), read('staff/key.pem'), read('staff/certificate.pem'));
  const { FigureService } = load('aangan/federation/v1/figures.proto').aangan.federation.v1;
  const call = caller(new FigureService(address, tls), read('staff/token').toString().trim());
  const figures = [];
  let token = '';
  do {
    const page = await call('ListFigures', { parent: 'rosters/india', page_size: 50, page_token: token });
    assert.ok(page.figures.length <= 50);
    figures.push(...page.figures);
    token = page.next_page_token;
  } while (token);
  assert.ok(figures.length > 50);
  assert.ok(figures.some((figure) => figure.value === 'FIGURE_VALUE_NUMBER' && figure.number > 0 && figure.margin > 0));
  figures.forEach((figure) => assert.strictEqual(figure.collectives, 12));
  await refused(call('GetNationalRelease', { name: 'rosters/india/releases/2011Q1' }), grpc.status.NOT_FOUND, 'NOT_FOUND');
  console.log(`grpc-js: ${figures.length} figures in pages, NOT_FOUND with details`);
}

(mode === 'node' ? againstNode() : againstFederation()).then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
