// SPDX-License-Identifier: Apache-2.0
// An example app in TypeScript: enrols a member, records her consent and a service, reads it back, shows an error's field.
//
//   node built/app.js HOST:PORT AUTHORITY.pem TOKEN_FILE PROTO_FOLDER
//
// `npm run generate` makes the types of all messages and rpcs from the .proto files; `npm run build` compiles.
import * as fs from 'node:fs';
import { randomUUID } from 'node:crypto';
import * as grpc from '@grpc/grpc-js';
import * as loader from '@grpc/proto-loader';
import type { ProtoGrpcType as CaseworkTypes } from './generated/casework';
import type { ProtoGrpcType as MemberTypes } from './generated/members';
import type { Consent } from './generated/aangan/node/v1/Consent';
import type { Member, Member__Output } from './generated/aangan/node/v1/Member';
import type { Service, Service__Output } from './generated/aangan/node/v1/Service';
import type { BadRequest__Output } from './generated/google/rpc/BadRequest';
import type { ErrorInfo__Output } from './generated/google/rpc/ErrorInfo';
import type { Status__Output } from './generated/google/rpc/Status';

const DEADLINE_MS = 30_000;
const SHAPE = { keepCase: true, longs: String, enums: String, defaults: true };
const OPTIONS: grpc.ChannelOptions = {
  // Repeated by gRPC itself, on UNAVAILABLE alone: reads, and writes that carry a request_id.
  'grpc.service_config': JSON.stringify({
    loadBalancingConfig: [],
    methodConfig: [{
      name: [{ service: 'aangan.node.v1.MemberService' }, { service: 'aangan.node.v1.CaseworkService' }],
      retryPolicy: {
        maxAttempts: 4, initialBackoff: '0.2s', maxBackoff: '3s', backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    }],
  }),
  'grpc.keepalive_time_ms': 30_000, // while a call is open; a node bears down to 10 s
  'grpc.keepalive_timeout_ms': 15_000,
};

type Rpc<Request, Answer> = (request: Request, metadata: grpc.Metadata, options: grpc.CallOptions,
  done: (error: grpc.ServiceError | null, answer?: Answer) => void) => unknown;

class App {
  private readonly metadata = new grpc.Metadata();
  private readonly members;
  private readonly casework;

  constructor(address: string, authorityFile: string, tokenFile: string, protoFolder: string) {
    const tls = grpc.credentials.createSsl(fs.readFileSync(authorityFile));
    const load = (file: string) =>
      grpc.loadPackageDefinition(loader.loadSync(file, { ...SHAPE, includeDirs: [protoFolder] })) as unknown;
    const members = load('aangan/node/v1/members.proto') as MemberTypes;
    const casework = load('aangan/node/v1/casework.proto') as CaseworkTypes;
    this.members = new members.aangan.node.v1.MemberService(address, tls, OPTIONS);
    this.casework = new casework.aangan.node.v1.CaseworkService(address, tls, OPTIONS);
    this.metadata.set('authorization', 'Bearer ' + fs.readFileSync(tokenFile, 'utf8').trim());
  }

  // A request_id is made once for each write and kept over its repeats, so that the node takes it once.
  enrol(member: Member): Promise<Member__Output> {
    return this.call(this.members.createMember.bind(this.members), { member, request_id: randomUUID() });
  }
  recordConsent(parent: string, consent: Consent): Promise<unknown> {
    return this.call(this.members.createConsent.bind(this.members), { parent, consent, request_id: randomUUID() });
  }
  recordService(parent: string, service: Service): Promise<Service__Output> {
    return this.call(this.casework.createService.bind(this.casework), { parent, service, request_id: randomUUID() });
  }
  service(name: string): Promise<Service__Output> {
    return this.call(this.casework.getService.bind(this.casework), { name });
  }
  close(): void {
    this.members.close();
    this.casework.close();
  }

  private call<Request, Answer>(rpc: Rpc<Request, Answer>, request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      rpc(request, this.metadata, { deadline: Date.now() + DEADLINE_MS },
        (error, answer) => (error !== null ? reject(error) : resolve(answer as Answer)));
    });
  }
}

// The reason of an error for the program, and its fields for the form.
function detailsOf(error: grpc.ServiceError, protoFolder: string) {
  const definitions = loader.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto'],
    { ...SHAPE, includeDirs: [protoFolder] });
  const decode = <Output>(type: string, bytes: Buffer): Output =>
    (definitions[type] as loader.MessageTypeDefinition<object, object>).deserialize(bytes) as Output;
  let reason = '';
  const fields: { path: string; what: string }[] = [];
  const [packed] = error.metadata.get('grpc-status-details-bin');
  if (packed === undefined) return { reason, fields };
  for (const detail of decode<Status__Output>('google.rpc.Status', packed as Buffer).details) {
    const { type_url: url, value } = detail as unknown as { type_url: string; value: Buffer };
    if (url.endsWith('/google.rpc.ErrorInfo')) reason = decode<ErrorInfo__Output>('google.rpc.ErrorInfo', value).reason;
    if (url.endsWith('/google.rpc.BadRequest')) {
      for (const violation of decode<BadRequest__Output>('google.rpc.BadRequest', value).field_violations)
        fields.push({ path: violation.field, what: violation.description });
    }
  }
  return { reason, fields };
}

async function main([address, authorityFile, tokenFile, protoFolder]: string[]): Promise<number> {
  const app = new App(address, authorityFile, tokenFile, protoFolder);
  try {
    const member = await app.enrol({ birth_year: 1998, gender: 'woman', enrolment_quarter: '2026Q1' });
    await app.recordConsent(member.name, {
      purpose: 'CONSENT_PURPOSE_BE_COUNTED', decision: 'CONSENT_DECISION_GIVEN',
      decision_date: { year: 2026, month: 1, day: 12 }, notice_version: '2026-01', language: 'hi',
    });
    const made = await app.recordService(member.name, {
      domain: 'livelihood', type: 'skills_training', stage: 'SERVICE_STAGE_RECEIVED',
      received_date: { year: 2026, month: 2, day: 3 },
    });
    console.log('read back:', (await app.service(made.name)).type);
    const refused = await app.enrol({ gender: 'no such code', enrolment_quarter: '2026Q1' })
      .then(() => null, (error: grpc.ServiceError) => error);
    if (refused === null) throw new Error('a wrong code was taken');
    const { reason, fields } = detailsOf(refused, protoFolder);
    console.log(`${grpc.status[refused.code]} ${reason}: ${refused.details}`);
    for (const { path, what } of fields) console.log(`  field ${path} ${what}`);
    return 0;
  } finally {
    app.close();
  }
}

main(process.argv.slice(2)).then((code) => process.exit(code), (error) => {
  console.error(error);
  process.exit(1);
});
