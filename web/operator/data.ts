// SPDX-License-Identifier: Apache-2.0
// What the node says of itself, as far as this page has asked: kept in memory alone. Nothing here waits for the federation;
// a question that the caller's role may not ask leaves its part of the page out.
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import { BackupState, type Backup } from '../generated/aangan/node/v1/backups_pb';
import type { GetStatusResponse } from '../generated/aangan/node/v1/operator_pb';
import { ReleaseStage, type PreviewReleaseResponse, type Release } from '../generated/aangan/node/v1/releases_pb';
import { SetupState, type GetSetupResponse } from '../generated/aangan/node/v1/setup_pb';
import { refusalOf, type Refusal } from '../shared/refusal';
import { troubleOf, type Trouble } from '../shared/session';
import { Watched } from '../shared/store';
import { callsOf, everyPage, type Calls } from './calls';

/** What became of the collective's word: done, to be looked at again, not this caller's to give, or what went wrong. */
export type Word = 'done' | 'changed' | 'not_steward' | Trouble;

/** The node has it only as a hash. */
export interface Secret {
  title: string;
  secret: string;
  /** The one before is refused from now on. */
  isRotated: boolean;
}

/** None where the store is damaged: the status, which can be read all the same, says so and what to do. */
function ifWhole<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  return asked.catch((error: unknown) => {
    if (ConnectError.from(error).code === Code.DataLoss) return undefined;
    throw error;
  });
}

/** Where the first token lies of a node that this tab saw being set up. */
const FIRST_TOKEN = 'aangan.start.token';

export class NodeData extends Watched {
  signedIn: boolean | undefined;
  ready = false;
  trouble: Trouble | undefined;
  /** The role that signed in may not read how the node is. */
  barred: Refusal | undefined;
  /** How far a node is that is not open yet. */
  setup: GetSetupResponse | undefined;
  status: GetStatusResponse | undefined;
  /** Newest period first. */
  releases: Release[] = [];
  /** Newest first. */
  backups: Backup[] = [];
  /** Made in this tab, and not written down yet. */
  secrets: Secret[] = [];
  /** How many she has written down. */
  secretsTaken = 0;

  readonly calls: Calls;

  constructor(transport: Transport) {
    super();
    this.calls = callsOf(transport);
  }

  async load(): Promise<void> {
    await this.guarded(async () => {
      try {
        await this.loadStatus();
        this.barred = undefined;
      } catch (error) {
        // A caseworker has rooms here too, though how the node is is not hers to read.
        const refusal = refusalOf(error);
        if (refusal.reason !== 'NOT_ALLOWED') throw error;
        this.barred = refusal;
      }
      this.signedIn = true;
      this.ready = true;
      sessionStorage.removeItem(FIRST_TOKEN);
    });
    if (this.trouble === 'trouble.no_link') await this.lookAtSetup();
  }

  /** A node that is not open says how far it is; one that has opened since is asked for the rest. */
  async lookAtSetup(): Promise<void> {
    let setup: GetSetupResponse;
    try {
      setup = await this.calls.setup.getSetup({});
    } catch {
      return; // what is on the screen stays
    }
    const wasClosed = this.setup !== undefined;
    this.setup = setup.state === SetupState.DONE ? undefined : setup;
    if (this.setup) this.trouble = undefined;
    if (setup.state === SetupState.NEW || setup.state === SetupState.RESTORING)
      sessionStorage.setItem(FIRST_TOKEN, `${setup.dataFolder}/operator.token`);
    this.changed();
    if (!this.setup && wasClosed) await this.load();
  }

  /** A file on the node's computer; empty but for a node that was just set up. */
  firstTokenFile(): string {
    return sessionStorage.getItem(FIRST_TOKEN) ?? '';
  }

  private async loadStatus(): Promise<void> {
    const [status, releases, backups] = await Promise.all([
      this.calls.operator.getStatus({}),
      ifWhole(this.calls.releases.listReleases({})),
      everyPage(async (pageToken) => {
        const page = await this.calls.backups.listBackups({ pageSize: 200, pageToken });
        return { rows: page.backups, nextPageToken: page.nextPageToken };
      }),
    ]);
    this.status = status;
    this.releases = releases?.releases ?? [];
    this.backups = backups.reverse();
  }

  /** What the node said against a call of a room; without a token it is time to sign in. */
  refused(error: unknown): Refusal {
    const refusal = refusalOf(error);
    if (refusal.trouble === 'trouble.sign_in') {
      this.signedIn = false;
      this.changed();
    }
    return refusal;
  }

  showSecret(secret: Secret): void {
    this.secrets = [...this.secrets, secret];
    this.changed();
  }

  /** She has written it down. */
  hasSecret(secret: Secret): void {
    this.secrets = this.secrets.filter((each) => each !== secret);
    this.secretsTaken += 1;
    this.changed();
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

  /** What was said against it, if anything was: loading afterwards, which may go well, does not wipe it out. */
  async syncNow(): Promise<Refusal | undefined> {
    let refusal: Refusal | undefined;
    try {
      await this.calls.operator.syncNow({});
    } catch (error) {
      refusal = refusalOf(error);
    }
    await this.load();
    return refusal;
  }

  async closeQuarter(period: string): Promise<boolean> {
    const done = await this.guarded(async () => void (await this.calls.operator.closeQuarter({ period })));
    if (done) await this.load();
    return done;
  }

  /** Approves exactly what was shown; what changed since is refused by the node. */
  approve(preview: PreviewReleaseResponse): Promise<Word> {
    const { proposalDigest, release } = preview;
    return this.giveWord(() => this.calls.releases.approveRelease({ name: release?.name ?? '', proposalDigest }));
  }

  refuse(preview: PreviewReleaseResponse): Promise<Word> {
    return this.giveWord(() => this.calls.releases.refuseRelease({ name: preview.release?.name ?? '' }));
  }

  /** A word whose answer was lost may be kept all the same: how far the release is, is asked in each case. */
  private async giveWord(call: () => Promise<unknown>): Promise<Word> {
    let word: Word = 'done';
    try {
      await call();
    } catch (error) {
      const { code, trouble } = refusalOf(error);
      word = code === Code.PermissionDenied ? 'not_steward' : code === Code.Aborted ? 'changed' : trouble;
    }
    await this.load();
    return word;
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
