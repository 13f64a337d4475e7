// SPDX-License-Identifier: Apache-2.0
// A made-up node whose quarter waits for its collective's word: what the tests of the operator's page look at.
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createRouterTransport, type ConnectRouter } from '@connectrpc/connect';
import { AuditAction, AuditService } from '../generated/aangan/node/v1/audit_pb';
import { BackupService, BackupState } from '../generated/aangan/node/v1/backups_pb';
import { Attention, OperatorService } from '../generated/aangan/node/v1/operator_pb';
import { ReleaseService, ReleaseStage } from '../generated/aangan/node/v1/releases_pb';

export interface NodeSession {
  signedIn: boolean;
  isSteward: boolean;
  stage: ReleaseStage;
  /** Which preview was shown last; an approval has to name it. */
  proposal: number;
  attentions: Attention[];
  synced: number;
}

export function newSession(): NodeSession {
  return {
    signedIn: true,
    isSteward: true,
    stage: ReleaseStage.PROPOSED,
    proposal: 1,
    attentions: [Attention.APPROVE_RELEASE, Attention.NO_LINK, Attention.BACKUP_OLD],
    synced: 0,
  };
}

const at = (text: string) => timestampFromDate(new Date(text));

export function nodeRoutes(router: ConnectRouter, session: NodeSession): void {
  const check = (isStewards = false) => {
    if (!session.signedIn) throw new ConnectError('no token', Code.Unauthenticated);
    if (isStewards && !session.isSteward) throw new ConnectError('not this role', Code.PermissionDenied);
  };
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
      };
    },
    syncNow: () => {
      check();
      session.synced += 1;
      session.attentions = session.attentions.filter((each) => each !== Attention.NO_LINK);
      return {};
    },
  });
  router.service(ReleaseService, {
    listReleases: () => ({ releases: [release(), { name: 'releases/2026Q1', stage: ReleaseStage.RECEIVED }] }),
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
      check(true);
      if (request.proposalDigest[0] !== session.proposal) throw new ConnectError('look again', Code.Aborted);
      session.stage = ReleaseStage.APPROVED;
      session.attentions = [];
      return release();
    },
    refuseRelease: () => {
      check(true);
      session.stage = ReleaseStage.REFUSED;
      session.attentions = [];
      return release();
    },
  });
  router.service(BackupService, {
    listBackups: () => ({
      backups: [
        { name: 'backups/1', state: BackupState.VERIFIED, createTime: at('2026-06-20T10:00:00Z') },
        { name: 'backups/2', state: BackupState.FAILED, createTime: at('2026-07-01T10:00:00Z') },
      ],
    }),
  });
  router.service(AuditService, {
    listAuditEntries: (request) => {
      check();
      const entries = [5, 4, 3, 2, 1].map((number) => ({
        name: `auditEntries/${number}`,
        time: at(`2026-07-0${number}T10:00:00Z`),
        action: number === 5 ? AuditAction.GLASS_BROKEN : AuditAction.READ,
        actor: 'tokens/priya',
        resource: number % 2 === 0 ? 'members/m2' : 'members/m1',
      }));
      if (request.member !== '') return { auditEntries: entries.filter((each) => each.resource === request.member) };
      return request.pageToken === '' ? { auditEntries: entries.slice(0, 3), nextPageToken: 'more' } : { auditEntries: entries.slice(3) };
    },
  });
}

export function nodeTransport(session: NodeSession) {
  return createRouterTransport((router) => nodeRoutes(router, session));
}
