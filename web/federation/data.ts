// SPDX-License-Identifier: Apache-2.0
// What the federation has published, as far as this page has asked for it: kept in memory alone, so that every view goes
// on without a link, and gone when the page is closed.
import { createClient, type Client, type Transport } from '@connectrpc/connect';
import {
  CatalogueService,
  Dimension,
  PlaceKind,
  type Catalogue,
  type SignedCatalogue,
} from '../generated/aangan/federation/v1/catalogue_pb';
import {
  FigureService,
  ReleaseState,
  type ExportFormat,
  type Figure,
  type NationalRelease,
} from '../generated/aangan/federation/v1/figures_pb';
import { LogService, type SeenObject } from '../generated/aangan/federation/v1/log_pb';
import { RosterService, type Collective, type SignedRoster } from '../generated/aangan/federation/v1/roster_pb';
import { RoundService, type Round } from '../generated/aangan/federation/v1/rounds_pb';
import { troubleOf, type Trouble } from '../shared/session';
import { Watched } from '../shared/store';
import { isYear } from './figures';

/** All that is said of one quarter or year. */
export interface PeriodData {
  period: string;
  figures: Figure[];
  totals: Figure[];
  contributors: string[];
  missing: string[];
}

/** Releases whose figures are read ahead: three years of quarters, with their years. */
const READ_AHEAD = 12;

export class FederationData extends Watched {
  /** Not known before the first answer. */
  signedIn: boolean | undefined;
  ready = false;
  trouble: Trouble | undefined;
  roster = '';
  catalogues: SignedCatalogue[] = [];
  catalogue: Catalogue | undefined;
  /** Newest period first, without those that were superseded. */
  releases: NationalRelease[] = [];
  rounds: Round[] = [];
  epoch: SignedRoster | undefined;
  /** By id of a collective: the signed object that its node sent last. */
  lastSent = new Map<string, SeenObject>();

  private readonly periods = new Map<string, PeriodData>();
  private readonly states = new Map<string, Figure[]>();
  /** Also what failed: only loading asks for that again, and no drawing. */
  private readonly asked = new Set<string>();
  /** Grows with each list of releases: figures that were asked for under an older one are not kept. */
  private reading = 0;
  private readonly figureCalls: Client<typeof FigureService>;
  private readonly catalogueCalls: Client<typeof CatalogueService>;
  private readonly roundCalls: Client<typeof RoundService>;
  private readonly rosterCalls: Client<typeof RosterService>;
  private readonly logCalls: Client<typeof LogService>;

  constructor(transport: Transport) {
    super();
    this.figureCalls = createClient(FigureService, transport);
    this.catalogueCalls = createClient(CatalogueService, transport);
    this.roundCalls = createClient(RoundService, transport);
    this.rosterCalls = createClient(RosterService, transport);
    this.logCalls = createClient(LogService, transport);
  }

  /** Asks for what every view needs, and reads the figures of the newest periods ahead; those that failed once more too. */
  async load(): Promise<void> {
    this.trouble = undefined;
    try {
      this.catalogues = (await this.catalogueCalls.listCatalogues({ parent: 'rosters/-' })).signedCatalogues;
      this.signedIn = true;
      this.catalogue = (this.catalogues.find((each) => each.inForce) ?? this.catalogues[0])?.catalogue;
      this.roster = this.catalogue?.roster ?? '';
      if (this.roster) await this.loadRoster(`rosters/${this.roster}`);
      this.ready = true;
    } catch (error) {
      this.fail(error);
      this.changed();
      return;
    }
    this.changed();
    for (const period of this.periodIds().slice(0, READ_AHEAD)) await this.loadPeriod(period);
  }

  private async loadRoster(parent: string): Promise<void> {
    const [releases, rounds, epoch, seen] = await Promise.all([
      this.figureCalls.listNationalReleases({ parent }),
      this.roundCalls.listRounds({ parent }),
      this.rosterCalls.getEpoch({ name: `${parent}/epochs/-` }),
      this.logCalls.listIncarnations({ parent }),
    ]);
    this.releases = releases.nationalReleases.filter((each) => each.state !== ReleaseState.SUPERSEDED);
    this.rounds = rounds.rounds;
    this.epoch = epoch.signedRoster;
    this.lastSent = new Map(seen.collectives.flatMap((each) => (each.lastObject ? [[each.collective, each.lastObject]] : [])));
    // Figures that were read before may be of a state that a release has left since.
    this.reading += 1;
    this.periods.clear();
    this.states.clear();
    this.asked.clear();
    const newest = this.periodIds()[0];
    if (newest) await this.loadPeriod(newest);
  }

  /** Quarters and years with a release, newest first; a year stands behind its fourth quarter. */
  periodIds(): string[] {
    return this.releases.flatMap((release) => {
      const quarter = release.roundDescriptor?.period ?? '';
      return quarter.endsWith('Q4') ? [quarter, quarter.slice(0, 4)] : [quarter];
    });
  }

  /** The period of the same kind before, if it was released. */
  before(period: string): string | undefined {
    const same = this.periodIds().filter((each) => isYear(each) === isYear(period));
    return same[same.indexOf(period) + 1];
  }

  releaseOf(period: string): NationalRelease | undefined {
    const quarter = isYear(period) ? `${period}Q4` : period;
    return this.releases.find((each) => each.roundDescriptor?.period === quarter);
  }

  roundOf(period: string): Round | undefined {
    const quarter = isYear(period) ? `${period}Q4` : period;
    return this.rounds.find((each) => each.roundDescriptor?.period === quarter);
  }

  /** What is here already; asks for it when it is not, and the views draw again. */
  period(period: string): PeriodData | undefined {
    const data = this.periods.get(period);
    if (!data) this.ask(period, () => this.loadPeriod(period));
    return data;
  }

  /** Figures by state of a period: of each state of the roster, by the federation's own word. */
  byState(period: string): Figure[] | undefined {
    const figures = this.states.get(period);
    if (!figures) this.ask(`states ${period}`, () => this.loadStates(period));
    return figures;
  }

  collectives(): Collective[] {
    return this.epoch?.roster?.collectives ?? [];
  }

  collectiveTitle(id: string): string {
    return this.collectives().find((each) => each.id === id)?.title || id;
  }

  /** Codes of the states that have a collective. */
  statesOfRoster(): string[] {
    return [...new Set(this.collectives().map((each) => each.state))].sort();
  }

  isState(place: string): boolean {
    return this.statesOfRoster().includes(place);
  }

  /**
   * Collectives of a state whose yes to its own figure is missing. A collective says yes by signing a catalogue that has the
   * state as a place; while there is none, nobody has said yes.
   */
  withoutYes(state: string): Collective[] {
    const hasState = (each: SignedCatalogue) => each.catalogue?.places.some((place) => place.kind === PlaceKind.STATE && place.id === state);
    const signed = new Set(this.catalogues.find(hasState)?.signatures.map((each) => each.collective));
    return this.collectives().filter((each) => each.state === state && !signed.has(each.id));
  }

  async exportFile(period: string, format: ExportFormat): Promise<{ name: string; type: string; bytes: Uint8Array }> {
    const file = await this.figureCalls.exportFigures({ parent: `rosters/${this.roster}`, period, format });
    return { name: file.fileName, type: file.contentType, bytes: file.content };
  }

  private ask(what: string, load: () => Promise<void>): void {
    if (this.asked.has(what)) return;
    this.asked.add(what);
    void load();
  }

  private async loadPeriod(period: string): Promise<void> {
    if (this.periods.has(period)) return;
    this.asked.add(period);
    const reading = this.reading;
    try {
      const question = { parent: `rosters/${this.roster}`, period };
      const [figures, totals] = await Promise.all([this.allFigures(question), this.figureCalls.listTotals(question)]);
      if (reading === this.reading) this.periods.set(period, { period, totals: totals.totals, ...figures });
    } catch (error) {
      this.fail(error);
    }
    this.changed();
  }

  private async allFigures(question: object): Promise<{ figures: Figure[]; contributors: string[]; missing: string[] }> {
    const figures: Figure[] = [];
    let pageToken = '';
    for (;;) {
      const page = await this.figureCalls.listFigures({ ...question, pageSize: 1000, pageToken });
      figures.push(...page.figures);
      pageToken = page.nextPageToken;
      if (!pageToken) return { figures, contributors: page.contributors, missing: page.missing };
    }
  }

  private async loadStates(period: string): Promise<void> {
    const reading = this.reading;
    try {
      const answers = await Promise.all(
        this.statesOfRoster().map((code) =>
          this.allFigures({
            parent: `rosters/${this.roster}`,
            period,
            codes: [{ dimension: Dimension.PLACE, code }],
          }),
        ),
      );
      if (reading === this.reading) this.states.set(period, answers.flatMap((answer) => answer.figures));
    } catch (error) {
      this.fail(error);
    }
    this.changed();
  }

  private fail(error: unknown): void {
    const trouble = troubleOf(error);
    if (trouble === 'trouble.sign_in') this.signedIn = false;
    else this.trouble = trouble;
  }

  /** Ids of the zones of the catalogue in force. */
  zones(): Catalogue['places'] {
    return this.catalogue?.places.filter((each) => each.kind === PlaceKind.ZONE) ?? [];
  }
}
