// SPDX-License-Identifier: Apache-2.0
// A made-up node whose quarter waits for its collective's word: what the tests of the operator's page look at.
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, createRouterTransport, type ConnectRouter } from '@connectrpc/connect';
import { AuditAction, AuditService } from '../generated/aangan/node/v1/audit_pb';
import { CatalogueDecision } from '../generated/aangan/node/v1/governance_pb';
import { GrievanceSchema, type Grievance } from '../generated/aangan/node/v1/grievances_pb';
import { ConsentDecision, ConsentPurpose, ConsentSchema, type Consent } from '../generated/aangan/node/v1/members_pb';
import { Attention, OperatorService, type GetStatusResponseSchema } from '../generated/aangan/node/v1/operator_pb';
import type { Permit } from '../generated/aangan/node/v1/permits_pb';
import { ReleaseService, ReleaseStage } from '../generated/aangan/node/v1/releases_pb';
import type { SealedMember } from '../generated/aangan/node/v1/rights_pb';
import { allow, refusal, roomRoutes } from './sample_rooms';

export interface NodeSession {
  signedIn: boolean;
  role: 'caseworker' | 'operator' | 'steward' | 'auditor';
  stage: ReleaseStage;
  /** Which preview was shown last; an approval has to name it. */
  proposal: number;
  attentions: Attention[];
  /** What its status says besides. */
  status: MessageInitShape<typeof GetStatusResponseSchema>;
  synced: number;
  etag: string;
  erased: boolean;
  consents: Consent[];
  grievances: Grievance[];
  answered: string;
  sealed: SealedMember | undefined;
  permit: Permit | undefined;
  years: number;
  ended: boolean;
  acknowledged: boolean;
  decision: CatalogueDecision;
  firstPeriod: string;
  inForce: boolean;
  rosterSigned: boolean;
  backedUp: string[];
}

export function newSession(): NodeSession {
  return {
    signedIn: true,
    role: 'steward',
    stage: ReleaseStage.PROPOSED,
    proposal: 1,
    attentions: [Attention.APPROVE_RELEASE, Attention.NO_LINK, Attention.BACKUP_OLD],
    status: {},
    synced: 0,
    etag: '1',
    erased: false,
    consents: [
      create(ConsentSchema, {
        name: 'members/m1/consents/c0',
        purpose: ConsentPurpose.KEEP_RECORD,
        decision: ConsentDecision.GIVEN,
        decisionDate: { year: 2025, month: 11, day: 1 },
        noticeVersion: '1',
      }),
    ],
    grievances: [
      create(GrievanceSchema, { name: 'members/m1/grievances/g1', text: 'Nobody called me back.', dueDate: { year: 2020, month: 1, day: 1 }, createTime: at('2026-07-03T10:00:00Z'), etag: '1' }),
    ],
    answered: '',
    sealed: undefined,
    permit: undefined,
    years: 5,
    ended: false,
    acknowledged: false,
    decision: CatalogueDecision.UNSPECIFIED,
    firstPeriod: '2125Q3',
    inForce: false,
    rosterSigned: false,
    backedUp: [],
  };
}

const at = (text: string) => timestampFromDate(new Date(text));

export function nodeRoutes(router: ConnectRouter, session: NodeSession): void {
  const check = () => allow(session, 'operator', 'steward', 'auditor');
  const release = () => ({
    name: 'releases/2026Q2',
    stage: session.stage,
    chargeNanoRho: 4871167n,
    budgetLeftNanoRho: 9742400n,
    contributeUntil: at('2026-07-30T18:30:00Z'),
    proposalDigest: new Uint8Array([session.proposal, 255]),
  });
  router.service(OperatorService, {
    getStatus: () => {
      check();
      return {
        roster: 'india',
        collective: 'odisha_1',
        attentions: session.attentions,
        lastContactTime: at('2026-07-04T08:00:00Z'),
        diskFreeBytes: 61_000_000_000n,
        certificateExpireTime: at('2027-02-07T00:00:00Z'),
        ...session.status,
      };
    },
    estimateAccuracy: () => ({ tables: [{ table: 'needs_by_domain', margin: 38n, tooFewBelow: 60n }] }),
    syncNow: () => {
      check();
      session.synced += 1;
      session.attentions = session.attentions.filter((each) => each !== Attention.NO_LINK);
      return {};
    },
  });
  router.service(ReleaseService, {
    listReleases: () => {
      check();
      return { releases: [release(), { name: 'releases/2026Q1', stage: ReleaseStage.RECEIVED }] };
    },
    previewRelease: () => {
      check();
      const cell = (indicator: string, code: string, exact: bigint, leaves: bigint, before: bigint, small: boolean) => ({
        table: 'needs_by_domain',
        indicator,
        codes: [code],
        exact,
        leaves,
        margin: 20n,
        exactBefore: before,
        oneCouldRecogniseHerself: small,
      });
      return {
        release: release(),
        proposalDigest: new Uint8Array([session.proposal, 255]),
        membersCut: 1n,
        cells: [
          cell('needs_found', 'health', 31n, 28n, 24n, false),
          cell('needs_found', 'housing', 2n, -7n, 5n, true),
          cell('needs_met', 'health', 22n, 34n, 22n, false),
        ],
      };
    },
    approveRelease: (request) => {
      allow(session, 'steward');
      if (request.proposalDigest[0] !== session.proposal) throw refusal(Code.Aborted, 'PROPOSAL_CHANGED');
      session.stage = ReleaseStage.APPROVED;
      session.attentions = [];
      return release();
    },
    refuseRelease: () => {
      allow(session, 'steward');
      session.stage = ReleaseStage.REFUSED;
      session.attentions = [];
      return release();
    },
  });
  roomRoutes(router, session);
  router.service(AuditService, {
    listAuditEntries: (request) => {
      allow(session, 'steward', 'auditor');
      const entries = [5, 4, 3, 2, 1].map((number) => ({
        name: `auditEntries/${number}`,
        time: at(`2026-07-0${number}T10:00:00Z`),
        action: number === 5 ? AuditAction.GLASS_BROKEN : AuditAction.READ,
        actor: 'tokens/priya',
        resource: number % 2 === 0 ? 'members/m2' : 'members/m1',
      }));
      const about = entries.filter((each) => request.member === '' || each.resource === request.member);
      const size = request.member === '' ? 3 : 1;
      return request.pageToken === '' ? { auditEntries: about.slice(0, size), nextPageToken: 'more' } : { auditEntries: about.slice(size) };
    },
  });
}

export function nodeTransport(session: NodeSession) {
  return createRouterTransport((router) => nodeRoutes(router, session));
}
