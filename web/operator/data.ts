// SPDX-License-Identifier: Apache-2.0
// What the node says of itself, as far as this page has asked: kept in memory alone. Nothing here waits for the federation;
// a question that the caller's role may not ask leaves its part of the page out.
import { Code, ConnectError, createClient, type Client, type Transport } from '@connectrpc/connect';
import { AuditService, type AuditEntry } from '../generated/aangan/node/v1/audit_pb';
import { BackupService, BackupState, type Backup } from '../generated/aangan/node/v1/backups_pb';
import { OperatorService, type GetStatusResponse } from '../generated/aangan/node/v1/operator_pb';
import { ReleaseService, ReleaseStage, type PreviewReleaseResponse, type Release } from '../generated/aangan/node/v1/releases_pb';
import { troubleOf, type Trouble } from '../shared/session';
import { Watched } from '../shared/store';

/** What became of the collective's word: done, to be looked at again, or not this caller's to give. */
export type Word = 'done' | 'changed' | 'not_steward' | 'failed';

export class NodeData extends Watched {
  signedIn: boolean | undefined;
  ready = false;
  trouble: Trouble | undefined;
  status: GetStatusResponse | undefined;
  /** Newest period first. */
  releases: Release[] = [];
  /** Newest first. */
  backups: Backup[] = [];
  preview: PreviewReleaseResponse | undefined;
  audit: AuditEntry[] = [];
  auditNext = '';

  private readonly operator: Client<typeof OperatorService>;
  private readonly releaseCalls: Client<typeof ReleaseService>;
  private readonly backupCalls: Client<typeof BackupService>;
  private readonly auditCalls: Client<typeof AuditService>;

  constructor(transport: Transport) {
    super();
    this.operator = createClient(OperatorService, transport);
    this.releaseCalls = createClient(ReleaseService, transport);
    this.backupCalls = createClient(BackupService, transport);
    this.auditCalls = createClient(AuditService, transport);
  }

  async load(): Promise<void> {
    await this.guarded(async () => {
      const [status, releases, backups] = await Promise.all([
        this.operator.getStatus({}),
        this.releaseCalls.listReleases({}),
        this.backupCalls.listBackups({ pageSize: 200 }),
      ]);
      this.status = status;
      this.releases = releases.releases;
      this.backups = backups.backups.reverse();
      this.signedIn = true;
      this.ready = true;
    });
  }

  /** The release that waits for the collective's word, if one does. */
  proposed(): Release | undefined {
    return this.releases.find((each) => each.stage === ReleaseStage.PROPOSED);
  }

  /** The oldest announced quarter that is not closed here. */
  closable(): Release | undefined {
    return this.releases.filter((each) => each.stage === ReleaseStage.ANNOUNCED).at(-1);
  }

  lastGoodBackup(): Backup | undefined {
    return this.backups.find((each) => each.state === BackupState.DONE || each.state === BackupState.VERIFIED);
  }

  async syncNow(): Promise<boolean> {
    const done = await this.guarded(async () => void (await this.operator.syncNow({})));
    await this.load();
    return done;
  }

  async closeQuarter(period: string): Promise<boolean> {
    const done = await this.guarded(async () => void (await this.operator.closeQuarter({ period })));
    if (done) await this.load();
    return done;
  }

  async look(name: string): Promise<void> {
    this.preview = undefined;
    await this.guarded(async () => {
      this.preview = await this.releaseCalls.previewRelease({ name });
    });
  }

  /** Approves exactly what was shown; what changed since is refused by the node. */
  approve(preview: PreviewReleaseResponse): Promise<Word> {
    const { proposalDigest, release } = preview;
    return this.giveWord(() => this.releaseCalls.approveRelease({ name: release?.name ?? '', proposalDigest }));
  }

  refuse(preview: PreviewReleaseResponse): Promise<Word> {
    return this.giveWord(() => this.releaseCalls.refuseRelease({ name: preview.release?.name ?? '' }));
  }

  async loadAudit(member: string, more: boolean): Promise<void> {
    await this.guarded(async () => {
      const pageToken = more ? this.auditNext : '';
      const page = await this.auditCalls.listAuditEntries({ member, pageToken, pageSize: 50 });
      this.audit = more ? [...this.audit, ...page.auditEntries] : page.auditEntries;
      this.auditNext = page.nextPageToken;
    });
  }

  private async giveWord(call: () => Promise<unknown>): Promise<Word> {
    try {
      await call();
    } catch (error) {
      const code = ConnectError.from(error).code;
      if (code === Code.PermissionDenied) return 'not_steward';
      return code === Code.Aborted ? 'changed' : 'failed';
    }
    await this.load();
    return 'done';
  }

  /** Whether it went well; otherwise says why on the page. */
  private async guarded(work: () => Promise<void>): Promise<boolean> {
    this.trouble = undefined;
    let done = true;
    try {
      await work();
    } catch (error) {
      done = false;
      const trouble = troubleOf(error);
      if (trouble === 'trouble.sign_in') this.signedIn = false;
      else this.trouble = trouble;
    }
    this.changed();
    return done;
  }
}
