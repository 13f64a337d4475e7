// SPDX-License-Identifier: Apache-2.0
// The made-up node's records, access and governance: one member, whom a caseworker reads and a steward seals.
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import { AccessService, BreakGlassReason, Role, TokenSchema } from '../generated/aangan/node/v1/access_pb';
import { AuditAction } from '../generated/aangan/node/v1/audit_pb';
import { BackupService, BackupState } from '../generated/aangan/node/v1/backups_pb';
import { CaseworkService, ServiceStage } from '../generated/aangan/node/v1/casework_pb';
import { CatalogueDecision, GovernanceService } from '../generated/aangan/node/v1/governance_pb';
import { GrievanceService, GrievanceState } from '../generated/aangan/node/v1/grievances_pb';
import { ConsentDecision, ConsentPurpose, ConsentSchema, MemberService } from '../generated/aangan/node/v1/members_pb';
import { NoticeService } from '../generated/aangan/node/v1/notices_pb';
import { PermitKind, PermitSchema, PermitService, PermitState } from '../generated/aangan/node/v1/permits_pb';
import { RetentionReason, RetentionService } from '../generated/aangan/node/v1/retention_pb';
import { LegalReason, RightsService, SealedMemberSchema } from '../generated/aangan/node/v1/rights_pb';
import { BadRequestSchema, ErrorInfoSchema } from '../generated/google/rpc/error_details_pb';
import { CATALOGUE } from './sample';
import type { NodeSession } from './sample_node';

export const MEMBER = 'members/m1';
export const FULL_NAME = 'Asha Devi';

const at = (text: string) => timestampFromDate(new Date(text));
const day = (text: string) => {
  const [year, month, date] = text.split('-').map(Number);
  return { year, month, day: date };
};

export function refusal(code: Code, reason: string, metadata: Record<string, string> = {}, fields: Record<string, string> = {}): ConnectError {
  const fieldViolations = Object.entries(fields).map(([field, description]) => ({ field, description }));
  return new ConnectError('refused', code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: 'aangan', metadata } },
    { desc: BadRequestSchema, value: { fieldViolations } },
  ]);
}

/** Refuses as the node's door does: without a token, or with one of another role. */
export function allow(session: NodeSession, ...roles: string[]): void {
  if (!session.signedIn) throw new ConnectError('no token', Code.Unauthenticated);
  if (!roles.includes(session.role)) throw refusal(Code.PermissionDenied, 'NOT_ALLOWED', { role: session.role });
}

/** A step that needs a second person's yes: goes on with the permit's name alone. */
function needPermit(session: NodeSession, permit: string, kind: string, subject: string): void {
  if (permit !== '' && permit === session.permit?.name && session.permit.state === PermitState.APPROVED) return;
  throw refusal(Code.PermissionDenied, 'PERMIT_NEEDED', { kind: `PERMIT_KIND_${kind}`, subject, digest: '0a0b' });
}

export function roomRoutes(router: ConnectRouter, session: NodeSession): void {
  recordRoutes(router, session);
  rightsRoutes(router, session);
  accessRoutes(router, session);
  governanceRoutes(router, session);
  backupRoutes(router, session);
}

function recordRoutes(router: ConnectRouter, session: NodeSession): void {
  const member = () => {
    if (session.erased) throw refusal(Code.NotFound, 'NOT_FOUND');
    return { name: MEMBER, enrolmentQuarter: '2025Q4', birthYear: 1998, gender: 'woman', etag: session.etag, details: { fullName: FULL_NAME, contact: '98300' } };
  };
  router.service(MemberService, {
    searchMembers: ({ query }) => {
      allow(session, 'caseworker');
      if (query.length < 2) throw refusal(Code.InvalidArgument, 'INVALID_FIELD', {}, { query: 'must have at least two letters' });
      return { members: 'asha devi'.includes(query.toLowerCase()) ? [member()] : [] };
    },
    getMember: () => {
      allow(session, 'caseworker');
      return member();
    },
    createConsent: ({ consent }) => {
      allow(session, 'caseworker');
      if (consent?.decision === ConsentDecision.GIVEN && !consent.noticeVersion)
        throw refusal(Code.InvalidArgument, 'INVALID_FIELD', {}, { 'consent.notice_version': 'must be given where consent is given' });
      const made = consent ?? create(ConsentSchema);
      session.consents.push(made);
      return made;
    },
    deleteMember: ({ etag }) => {
      allow(session, 'caseworker');
      if (etag !== session.etag) throw refusal(Code.Aborted, 'STALE_ETAG');
      session.erased = true;
      return {};
    },
  });
  router.service(CaseworkService, {
    listServices: () => ({
      services: [
        {
          name: `${MEMBER}/services/s1`,
          domain: 'livelihood',
          type: 'tailoring_course',
          stage: ServiceStage.COMPLETED,
          neededDate: day('2026-01-05'),
          receivedDate: day('2026-02-01'),
          completedDate: day('2026-05-30'),
          scoredDate: day('2026-06-01'),
          score: 4,
        },
      ],
    }),
    listAssessments: () => ({ assessments: [{ name: `${MEMBER}/assessments/a1`, instrument: 'who_5', score: 14, date: day('2026-03-01') }] }),
  });
  const contact = { purpose: ConsentPurpose.BE_CONTACTED, language: 'en' };
  router.service(NoticeService, {
    listNotices: () => ({
      notices: [
        { name: 'notices/be_counted-1-en', purpose: ConsentPurpose.BE_COUNTED, version: '1', language: 'en', text: 'We count you among others.' },
        // As a node lists them: by name.
        { ...contact, name: 'notices/be_contacted-2026.10-en', version: '2026.10', text: 'We call you, newer.', createTime: at('2026-06-01T10:00:00Z') },
        { ...contact, name: 'notices/be_contacted-2026.2-en', version: '2026.2', text: 'We call you, older.', createTime: at('2026-02-01T10:00:00Z') },
        { name: 'notices/be_counted-1-hi', purpose: ConsentPurpose.BE_COUNTED, version: '1', language: 'hi', text: 'हम आपको गिनते हैं।' },
      ],
    }),
  });
  router.service(GrievanceService, {
    getMemberSummary: () => {
      allow(session, 'caseworker', 'member');
      return {
        member: member(),
        recordedKinds: [
          { kind: 'services', count: 3 },
          { kind: 'assessments', count: 1 },
        ],
        consents: session.consents,
        auditEntries: [{ name: 'auditEntries/9', time: at('2026-07-03T10:00:00Z'), action: AuditAction.READ, actor: 'tokens/priya', resource: MEMBER }],
      };
    },
    listGrievances: () => {
      allow(session, 'steward');
      return { grievances: session.grievances };
    },
    answerGrievance: ({ answer }) => {
      allow(session, 'steward');
      session.answered = answer;
      session.grievances = [];
      return { state: GrievanceState.ANSWERED };
    },
  });
}

function rightsRoutes(router: ConnectRouter, session: NodeSession): void {
  router.service(RightsService, {
    listSealedMembers: () => {
      allow(session, 'steward', 'auditor');
      return { sealedMembers: session.sealed ? [session.sealed] : [] };
    },
    sealMember: ({ name, untilDate, reason }) => {
      allow(session, 'steward');
      if (!untilDate) throw refusal(Code.InvalidArgument, 'INVALID_FIELD', {}, { until_date: 'must be today or later' });
      session.sealed = create(SealedMemberSchema, { name: `${name}/sealedState`, untilDate, reason });
      return session.sealed;
    },
    unsealMember: ({ name, permit }) => {
      allow(session, 'steward');
      needPermit(session, permit, 'UNSEAL', name);
      session.sealed = undefined;
      return {};
    },
  });
  const policy = () => ({ name: 'retentionPolicy', yearsAfterLastRecord: session.years, daysAfterWithdrawal: 30, graceDays: 30, etag: '1' });
  router.service(RetentionService, {
    getRetentionPolicy: policy,
    updateRetentionPolicy: ({ retentionPolicy, permit }) => {
      allow(session, 'steward');
      needPermit(session, permit, 'POLICY_CHANGE', 'retentionPolicy');
      session.years = retentionPolicy?.yearsAfterLastRecord ?? 0;
      return policy();
    },
    reportRetention: () => {
      allow(session, 'caseworker', 'steward', 'auditor');
      return {
        retentionPolicy: policy(),
        dueMembers: [{ member: 'members/m7', reason: RetentionReason.ASK_AGAIN, dueDate: day('2026-08-01') }],
      };
    },
  });
}

function accessRoutes(router: ConnectRouter, session: NodeSession): void {
  router.service(PermitService, {
    createPermit: ({ permit }) => {
      const made = permit ?? create(PermitSchema);
      Object.assign(made, { name: 'permits/p1', state: PermitState.ASKED, askedBy: 'tokens/own', expireTime: at('2026-07-05T10:00:00Z') });
      session.permit = made;
      return made;
    },
    listPermits: () => {
      allow(session, 'caseworker', 'operator', 'steward', 'auditor');
      return { permits: session.permit ? [session.permit] : [] };
    },
    approvePermit: () => {
      allow(session, 'steward', 'auditor');
      if (!session.permit) throw refusal(Code.NotFound, 'NOT_FOUND');
      if (session.permit.askedBy === 'tokens/own') throw refusal(Code.PermissionDenied, 'NOT_ALLOWED');
      session.permit.state = PermitState.APPROVED;
      return session.permit;
    },
  });
  const steward = { name: 'tokens/t1', title: 'steward_asha', role: Role.STEWARD, expireTime: at('2026-10-01T10:00:00Z'), lastUsedDate: day('2026-07-03') };
  const caseworker = { name: 'tokens/t2', title: 'office_laptop', role: Role.CASEWORKER, expireTime: at('2026-10-01T10:00:00Z') };
  router.service(AccessService, {
    listTokens: () => {
      allow(session, 'steward');
      return { tokens: [steward, ...(session.ended ? [] : [caseworker])] };
    },
    createToken: ({ token, permit }) => {
      allow(session, 'steward');
      if (!/^[a-z0-9_-]+$/.test(token?.title ?? '')) throw refusal(Code.InvalidArgument, 'INVALID_FIELD', {}, { 'token.title': 'must be a slug' });
      if (token?.role === Role.STEWARD) needPermit(session, permit, 'TOKEN', 'tokens');
      return { token: create(TokenSchema, { name: 'tokens/t3', title: token?.title, role: token?.role }), secret: 'aangan-made-once' };
    },
    rotateToken: ({ name }) => {
      allow(session, 'steward');
      // The cookie of whoever is signed in carries this one, and its secret is refused from now on.
      if (name === steward.name) session.signedIn = false;
      return { token: name === steward.name ? steward : caseworker, secret: 'aangan-made-anew' };
    },
    deleteToken: () => {
      allow(session, 'steward');
      session.ended = true;
      return {};
    },
    listGrants: () => {
      allow(session, 'steward', 'auditor');
      return {
        grants: [
          {
            name: 'tokens/t2/grants/g1',
            domain: 'health',
            member: MEMBER,
            breakGlassReason: BreakGlassReason.THREAT,
            createTime: at('2026-07-03T10:00:00Z'),
            acknowledgeTime: session.acknowledged ? at('2026-07-04T10:00:00Z') : undefined,
          },
        ],
      };
    },
    acknowledgeBreakGlass: () => {
      allow(session, 'steward');
      session.acknowledged = true;
      return {};
    },
  });
}

function governanceRoutes(router: ConnectRouter, session: NodeSession): void {
  router.service(GovernanceService, {
    listOfferedCatalogues: () => ({
      catalogues: [{ decision: session.decision, signedCatalogue: { catalogue: { ...CATALOGUE, firstPeriod: session.firstPeriod, contributeDays: 30, nanoRhoCap: 48_712_000n }, digest: new Uint8Array([7]), signatures: [{ collective: 'bihar_1' }], inForce: session.inForce } }],
    }),
    lintCatalogue: ({ catalogue }) => ({
      quarterCells: 120,
      quarterChargeNanoRho: (catalogue?.nanoRhoCap ?? 0n) / 5n,
      fourthQuarterChargeNanoRho: (catalogue?.nanoRhoCap ?? 0n) / 3n,
    }),
    acceptCatalogue: ({ digest }) => {
      allow(session, 'steward');
      if (digest[0] !== 7) throw refusal(Code.Aborted, 'PROPOSAL_CHANGED');
      session.decision = CatalogueDecision.ACCEPTED;
      return {};
    },
    showRoster: () => ({
      signedHere: session.rosterSigned,
      fingerprintPhrases: ['river lamp stone'],
      signedRoster: {
        digest: new Uint8Array([9]),
        signatures: [],
        roster: { epoch: 2, collectives: [{ id: 'odisha_1', title: 'Odisha first collective', state: 'odisha', runBy: 'odisha_1' }] },
      },
    }),
    signRoster: ({ digest }) => {
      allow(session, 'steward');
      session.rosterSigned = digest[0] === 9;
      return {};
    },
  });
}

function backupRoutes(router: ConnectRouter, session: NodeSession): void {
  const receipt = () => ({
    name: 'erasureReceipts/m1',
    enrolTime: at('2025-11-01T10:00:00Z'),
    keyCopies: [{ name: 'keyCopies/1', label: 'red_stick', createTime: at('2026-01-01T10:00:00Z') }],
    backups: [{ name: 'backups/1', state: BackupState.VERIFIED }],
  });
  router.service(BackupService, {
    listBackups: () => {
      allow(session, 'operator', 'steward', 'auditor');
      return {
        backups: [
          { name: 'backups/1', state: BackupState.VERIFIED, createTime: at('2026-06-20T10:00:00Z') },
          { name: 'backups/2', state: BackupState.FAILED, createTime: at('2026-07-01T10:00:00Z'), reason: 'DISK_FULL' },
        ],
      };
    },
    createBackup: ({ folder }) => {
      allow(session, 'operator');
      if (!folder.startsWith('/')) throw refusal(Code.InvalidArgument, 'INVALID_FIELD', {}, { folder: 'must be an absolute path outside the data folder' });
      session.backedUp.push(folder);
      return {};
    },
    listKeyCopies: () => ({ keyCopies: receipt().keyCopies }),
    previewErasure: () => {
      allow(session, 'caseworker', 'operator', 'steward');
      return receipt();
    },
    getErasureReceipt: () => {
      if (!session.erased) throw refusal(Code.NotFound, 'NOT_FOUND');
      return { ...receipt(), destroyTime: at('2026-07-04T10:00:00Z'), clearTime: at('2026-07-04T10:01:00Z'), signature: new Uint8Array([0xab, 0xcd]) };
    },
  });
}

/** What the permit to unseal her is asked for. */
export const UNSEAL = { kind: PermitKind.UNSEAL, subject: MEMBER, requestDigest: new Uint8Array([10, 11]) };
export const SEALED = create(SealedMemberSchema, {
  name: `${MEMBER}/sealedState`,
  untilDate: { year: 2030, month: 1, day: 31 },
  reason: LegalReason.OPEN_CASE,
});
