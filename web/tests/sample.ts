// SPDX-License-Identifier: Apache-2.0
// A federation of twelve made-up collectives over five quarters, with each of the five values in it: what the tests of the
// page's logic and parts look at. Numbers come from a fixed sequence.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { createRouterTransport, ConnectError, Code, type ConnectRouter } from '@connectrpc/connect';
import {
  CatalogueService,
  Dimension,
  Event,
  Frequency,
  PlaceKind,
  RoundForm,
  TableSchema,
  Unit,
  type Catalogue,
  CatalogueSchema,
} from '../generated/aangan/federation/v1/catalogue_pb';
import {
  FigureSchema,
  FigureService,
  FigureValue,
  NationalReleaseSchema,
  ReleaseState,
  type Figure,
  type NationalRelease,
} from '../generated/aangan/federation/v1/figures_pb';
import { LogEntryKind, LogService } from '../generated/aangan/federation/v1/log_pb';
import { RosterService } from '../generated/aangan/federation/v1/roster_pb';
import { RoundService, RoundState } from '../generated/aangan/federation/v1/rounds_pb';
import english from '../messages/en.json';

const texts: Record<string, string> = english;

export const COLLECTIVES: [string, string][] = [
  ['andhra_pradesh_1', 'andhra_pradesh'],
  ['andhra_pradesh_2', 'andhra_pradesh'],
  ['assam_1', 'assam'],
  ['assam_2', 'assam'],
  ['bihar_1', 'bihar'],
  ['jharkhand_1', 'jharkhand'],
  ['kerala_1', 'kerala'],
  ['maharashtra_1', 'maharashtra'],
  ['maharashtra_2', 'maharashtra'],
  ['odisha_1', 'odisha'],
  ['telangana_1', 'telangana'],
  ['telangana_2', 'telangana'],
];
const IDS = COLLECTIVES.map(([id]) => id);
const EAST = IDS.filter((id) => /assam|bihar|jharkhand|odisha/.test(id));

export const QUARTERS = ['2026Q2', '2026Q1', '2025Q4', '2025Q3', '2025Q2'];

/** Who did not report, by quarter. */
const MISSING: Record<string, string[]> = { '2026Q2': ['odisha_1'], '2025Q3': ['kerala_1'] };
const missingOf = (period: string) => MISSING[period] ?? [];

function list(id: string): MessageInitShape<typeof CatalogueSchema>['codeLists'] {
  const prefix = `code.${id}.`;
  const codes = Object.keys(texts).filter((key) => key.startsWith(prefix));
  return [{ id, title: id, source: 'Made up for tests', codes: codes.map((key) => ({ id: key.slice(prefix.length), title: texts[key] })) }];
}

function table(id: string, title: string, indicators: string[], dimension?: Dimension, frequency = Frequency.QUARTER) {
  return create(TableSchema, { id, title, indicators, frequency, dimensions: dimension === undefined ? [] : [dimension] });
}

const BY_DOMAIN = ['needs_assessed', 'needs_found', 'referrals_made', 'needs_met', 'services_completed'];

export const CATALOGUE: Catalogue = create(CatalogueSchema, {
  roster: 'india',
  version: 1,
  title: 'A sample',
  firstPeriod: '2025Q1',
  lastPeriod: '2026Q4',
  form: RoundForm.SUMMED,
  codeLists: ['age_band', 'gender', 'exploitation_type', 'domain'].flatMap((id) => list(id) ?? []),
  places: [
    { id: 'south_west', title: 'South and West', kind: PlaceKind.ZONE, collectives: IDS.filter((id) => !EAST.includes(id) && id !== 'kerala_1') },
    { id: 'east', title: 'East', kind: PlaceKind.ZONE, collectives: EAST },
    { id: 'kerala', title: 'Kerala', kind: PlaceKind.STATE, collectives: ['kerala_1'] },
  ],
  indicators: [...['new_members', 'members_served'], ...BY_DOMAIN, 'unmet_need', 'members_enrolled'].map((id) => ({
    id,
    question: texts[`question.${id}`] ?? `How many ${id}?`,
    unit: Unit.MEMBER,
    filter: { event: Event.RECEIVED },
    denominator: id === 'needs_met' ? 'needs_found' : '',
    source: 'A manual (2015)',
    meaning: 'Members of whom this holds in the period. Not: others.',
  })),
  tables: [
    table('new_by_place', 'New members by zone', ['new_members'], Dimension.PLACE),
    table('served_by_place', 'Members served by zone', ['members_served'], Dimension.PLACE),
    table('new_by_gender', 'New members by gender', ['new_members'], Dimension.GENDER),
    table('served_by_gender', 'Members served by gender', ['members_served'], Dimension.GENDER),
    table('needs_by_domain', 'From needs assessed to services completed, by domain', BY_DOMAIN, Dimension.DOMAIN),
    table('new_by_age_band', 'New members by age band', ['new_members'], Dimension.AGE_BAND),
    table('served_by_age_band', 'Members served by age band', ['members_served'], Dimension.AGE_BAND),
    table('new_by_exploitation', 'New members by type of exploitation', ['new_members'], Dimension.EXPLOITATION_TYPE),
    table('year_members', 'Members at the end of the year', ['members_enrolled'], undefined, Frequency.YEAR),
    table('year_by_domain', 'Unmet need, by domain', ['unmet_need'], Dimension.DOMAIN, Frequency.YEAR),
  ],
});

/** Offered and not in force: of the two collectives of Andhra Pradesh one has said yes. */
const OFFERED: Catalogue = create(CatalogueSchema, {
  roster: 'india',
  version: 2,
  places: [
    { id: 'kerala', title: 'Kerala', kind: PlaceKind.STATE, collectives: ['kerala_1'] },
    { id: 'andhra_pradesh', title: 'Andhra Pradesh', kind: PlaceKind.STATE, collectives: ['andhra_pradesh_1', 'andhra_pradesh_2'] },
    { id: 'rest', title: 'The rest', kind: PlaceKind.ZONE, collectives: IDS.filter((id) => !/andhra|kerala/.test(id)) },
  ],
});

let seed = 7;
/** A number in [0, 1), the same in every run. */
function next(): number {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
}

export function makeFigure(
  raw: number,
  variance: number,
  rest: MessageInitShape<typeof FigureSchema> = {},
): Figure {
  const margin = Math.ceil(1.96 * Math.sqrt(variance));
  const isNumber = raw >= Math.max(10, 2 * Math.sqrt(variance));
  return create(FigureSchema, {
    value: isNumber ? FigureValue.NUMBER : FigureValue.TOO_FEW_TO_SAY,
    number: isNumber ? BigInt(raw) : 0n,
    margin: BigInt(margin),
    raw: BigInt(raw),
    varianceHundredths: BigInt(variance * 100),
    state: ReleaseState.CONFIRMED,
    form: RoundForm.SUMMED,
    contributors: 12,
    collectives: 12,
    ...rest,
  });
}

const VARIANCE = 1642;
const SIZES: Record<string, number> = { 'members_enrolled/': 4500, 'new_members/kerala': 300, 'members_served/kerala': 20 };
const sizes = new Map<string, number>();

function figuresOf(period: string): Figure[] {
  const yearly = !period.includes('Q');
  const newest = period === QUARTERS[0];
  return CATALOGUE.tables
    .filter((each) => (each.frequency === Frequency.YEAR) === yearly)
    .flatMap((each) =>
      each.indicators.flatMap((indicator) => {
        // Which the catalogue of that time did not ask for.
        if (period === '2025Q2' && each.id === 'new_by_exploitation') {
          return [create(FigureSchema, { period, table: each.id, indicator, value: FigureValue.NOT_COLLECTED })];
        }
        const dimension = each.dimensions[0];
        const codes =
          dimension === undefined
            ? ['']
            : dimension === Dimension.PLACE
              ? CATALOGUE.places.map((one) => one.id)
              : (CATALOGUE.codeLists.find((one) => ['', '', 'age_band', 'gender', 'exploitation_type', 'domain'][dimension] === one.id)?.codes ?? []).map((one) => one.id);
        return codes.map((code, index) => {
          const key = `${indicator}/${code}`;
          if (!sizes.has(key)) sizes.set(key, SIZES[key] ?? Math.floor(1400 * next() ** 2));
          const raw = Math.round((sizes.get(key) ?? 0) + 60 * (next() - 0.5) + (newest && index === 4 ? 190 : 0));
          return makeFigure(raw, VARIANCE, {
            period,
            table: each.id,
            indicator,
            codes: dimension === undefined ? [] : [{ dimension, code }],
            contributors: 12 - missingOf(period).length,
            ...(newest && { state: ReleaseState.PROVISIONAL }),
            ...((newest && each.id === 'new_by_gender' && index > 5) || (code === 'kerala' && missingOf(period).includes('kerala_1'))
              ? { value: FigureValue.NOT_REPORTED, number: 0n, margin: 0n, raw: undefined }
              : {}),
          });
        });
      }),
    );
}

const figures = new Map([...QUARTERS, '2025'].map((period) => [period, figuresOf(period)]));

function totalsOf(period: string): Figure[] {
  return period.includes('Q')
    ? ['new_members', 'members_served'].map((indicator) => {
        const parts = (figures.get(period) ?? []).filter((each) => each.indicator === indicator && each.table.endsWith('by_place'));
        const raw = parts.reduce((sum, each) => sum + Number(each.raw ?? 0n), 0);
        return makeFigure(raw, 800, { period, indicator, state: parts[0]?.state, contributors: parts[0]?.contributors });
      })
    : (figures.get(period) ?? []).filter((each) => each.table === 'year_members').map((each) => create(FigureSchema, { ...each, table: '' }));
}

const DESCRIPTOR = { roster: 'india', epoch: 2, form: RoundForm.SUMMED, n: 12, f: 3, k: 7 };

export function releaseOf(period: string): NationalRelease {
  const newest = period === QUARTERS[0];
  return create(NationalReleaseSchema, {
    name: `rosters/india/releases/${period}`,
    state: newest ? ReleaseState.PROVISIONAL : ReleaseState.CONFIRMED,
    contributors: IDS.filter((id) => !missingOf(period).includes(id)),
    missing: missingOf(period),
    roundDescriptor: { ...DESCRIPTOR, period },
  });
}

const day = (text: string) => timestampFromDate(new Date(text));

export interface Session {
  signedIn: boolean;
  /** Whether all have signed the catalogue that is offered, which counts from a later period on. */
  signedSince?: boolean;
}

/** Answers as a federation does; `signedIn` may be taken back. */
export function sampleRoutes(router: ConnectRouter, session: Session): void {
  const check = () => {
    if (!session.signedIn) throw new ConnectError('no token', Code.Unauthenticated);
  };
  router.service(CatalogueService, {
    listCatalogues: () => {
      check();
      return {
        signedCatalogues: [
          { name: 'rosters/india/catalogues/2', catalogue: OFFERED, signatures: (session.signedSince ? IDS : ['andhra_pradesh_1', 'kerala_1']).map((collective) => ({ collective })) },
          { name: 'rosters/india/catalogues/1', catalogue: CATALOGUE, inForce: true, signatures: IDS.map((collective) => ({ collective })) },
        ],
      };
    },
  });
  router.service(FigureService, {
    listNationalReleases: () => (check(), { nationalReleases: QUARTERS.map(releaseOf) }),
    listTotals: (request) => (check(), { totals: totalsOf(request.period) }),
    listFigures: (request) => {
      check();
      const release = releaseOf(request.period.includes('Q') ? request.period : '2025Q4');
      const state = request.codes[0]?.code;
      const all = figures.get(request.period) ?? [];
      const of = { contributors: release.contributors, missing: release.missing };
      if (state === undefined) return { figures: all, ...of };
      if (CATALOGUE.places.some((each) => each.id === state)) {
        return { figures: all.filter((each) => each.codes.some((one) => one.code === state)), ...of };
      }
      return {
        figures: ['new_members', 'members_served'].map((indicator) =>
          create(FigureSchema, {
            period: request.period,
            indicator,
            table: indicator === 'new_members' ? 'new_by_place' : 'served_by_place',
            codes: [{ dimension: Dimension.PLACE, code: state }],
            value: FigureValue.SUPPRESSED,
            state: release.state,
            contributors: release.contributors.length,
            collectives: 12,
          }),
        ),
      };
    },
    exportFigures: (request) => {
      check();
      return {
        contentType: 'text/csv; charset=utf-8',
        fileName: `india-${request.period}.csv`,
        content: new TextEncoder().encode('\ufeffperiod,value\r\n2026Q2,412\r\n'),
      };
    },
  });
  router.service(RoundService, {
    listRounds: () => ({
      rounds: QUARTERS.map((period, index) => {
        // The oldest round was of a roster of nine.
        const older = period === QUARTERS.at(-1) ? { epoch: 1, n: 9 } : {};
        const contributors = releaseOf(period).contributors.slice(0, older.n);
        return {
          name: `rosters/india/rounds/${period}`,
          roundDescriptor: {
            ...DESCRIPTOR,
            ...older,
            period,
            contributeUntil: day('2026-07-30T18:30:00Z'),
            extendUntil: day('2026-08-29T18:30:00Z'),
          },
          state: index === 0 ? RoundState.PROVISIONAL : RoundState.CONFIRMED,
          contributors,
          answered: index === 0 ? contributors.slice(0, 8) : contributors,
          freeze: { contributions: contributors.map((collective) => ({ collective })) },
        };
      }),
    }),
  });
  router.service(LogService, {
    listIncarnations: () => ({
      collectives: IDS.slice(0, 11).map((collective, index) => ({
        collective,
        lastObject: {
          kind: index === 0 ? LogEntryKind.CONTRIBUTION : LogEntryKind.ANSWER,
          period: QUARTERS[0] ?? '',
          receiveTime: day(`2026-07-${10 + index}T10:00:00Z`),
        },
      })),
    }),
  });
  router.service(RosterService, {
    getEpoch: () => ({
      signedRoster: {
        name: 'rosters/india/epochs/2',
        inForce: true,
        signatures: IDS.map((collective) => ({ collective })),
        roster: {
          roster: 'india',
          epoch: 2,
          expireTime: day('2027-06-30T18:30:00Z'),
          collectives: COLLECTIVES.map(([id, state]) => ({
            id,
            state,
            title: `${texts[`code.state.${state}`]} ${id.endsWith('2') ? 'second' : 'first'} collective`,
            runBy: id.replaceAll('_', ''),
          })),
        },
      },
    }),
  });
}

export function sampleTransport(session: Session = { signedIn: true }) {
  return createRouterTransport((router) => sampleRoutes(router, session));
}
