// SPDX-License-Identifier: Apache-2.0
// What this page can ask of the node, one client a service.
import { createClient, type Transport } from '@connectrpc/connect';
import { AccessService } from '../generated/aangan/node/v1/access_pb';
import { AuditService } from '../generated/aangan/node/v1/audit_pb';
import { BackupService } from '../generated/aangan/node/v1/backups_pb';
import { CaseworkService } from '../generated/aangan/node/v1/casework_pb';
import { GovernanceService } from '../generated/aangan/node/v1/governance_pb';
import { GrievanceService } from '../generated/aangan/node/v1/grievances_pb';
import { MemberService } from '../generated/aangan/node/v1/members_pb';
import { NoticeService } from '../generated/aangan/node/v1/notices_pb';
import { OperatorService } from '../generated/aangan/node/v1/operator_pb';
import { PermitService } from '../generated/aangan/node/v1/permits_pb';
import { ReleaseService } from '../generated/aangan/node/v1/releases_pb';
import { RetentionService } from '../generated/aangan/node/v1/retention_pb';
import { RightsService } from '../generated/aangan/node/v1/rights_pb';
import { SetupService } from '../generated/aangan/node/v1/setup_pb';

export function callsOf(transport: Transport) {
  return {
    access: createClient(AccessService, transport),
    audit: createClient(AuditService, transport),
    backups: createClient(BackupService, transport),
    casework: createClient(CaseworkService, transport),
    governance: createClient(GovernanceService, transport),
    grievances: createClient(GrievanceService, transport),
    members: createClient(MemberService, transport),
    notices: createClient(NoticeService, transport),
    operator: createClient(OperatorService, transport),
    permits: createClient(PermitService, transport),
    releases: createClient(ReleaseService, transport),
    retention: createClient(RetentionService, transport),
    rights: createClient(RightsService, transport),
    setup: createClient(SetupService, transport),
  };
}
export type Calls = ReturnType<typeof callsOf>;

/** All rows of a list that comes in pages. */
export async function everyPage<Row>(ask: (pageToken: string) => Promise<{ rows: Row[]; nextPageToken: string }>): Promise<Row[]> {
  const rows: Row[] = [];
  let pageToken = '';
  do {
    const page = await ask(pageToken);
    rows.push(...page.rows);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return rows;
}
