// SPDX-License-Identifier: Apache-2.0
// One member: what she agreed to and when, who opened her record last, and her needs and services as a timeline by domain.
import { create } from '@bufbuild/protobuf';
import type { JSX } from 'preact';
import type { AuditEntry } from '../generated/aangan/node/v1/audit_pb';
import type { Assessment, Service } from '../generated/aangan/node/v1/casework_pb';
import type { MemberSummary } from '../generated/aangan/node/v1/grievances_pb';
import { ConsentDecision, ConsentPurpose, PersonalDetailsSchema } from '../generated/aangan/node/v1/members_pb';
import type { Date as Day } from '../generated/google/type/date_pb';
import type { Language } from '../shared/language';
import { DataTable } from '../shared/parts';
import { link } from '../shared/route';
import { useAsked } from './ask';
import { Entries } from './audit';
import { everyPage, type Calls } from './calls';
import { daysUntil, sayDay, sayMoment } from './dates';
import { Facts, PrintButton, Waiting } from './forms';
import { codeName, DOMAINS } from './names';
import { Refused } from './refused';
import type { RoomProps } from './rooms';

export const PURPOSES = [
  ConsentPurpose.KEEP_RECORD,
  ConsentPurpose.BE_COUNTED,
  ConsentPurpose.BE_CONTACTED,
  ConsentPurpose.RESEARCH,
];

interface Record {
  summary: MemberSummary;
  services: Service[];
  assessments: Assessment[];
}

async function readRecord(calls: Calls, name: string): Promise<Record> {
  const [summary, services, assessments] = await Promise.all([
    calls.grievances.getMemberSummary({ name }),
    everyPage(async (pageToken) => {
      const page = await calls.casework.listServices({ parent: name, pageSize: 200, pageToken });
      return { rows: page.services, nextPageToken: page.nextPageToken };
    }),
    everyPage(async (pageToken) => {
      const page = await calls.casework.listAssessments({ parent: name, pageSize: 200, pageToken });
      return { rows: page.assessments, nextPageToken: page.nextPageToken };
    }),
  ]);
  return { summary, services, assessments };
}

export function MemberRecord({ data, words, id }: RoomProps): JSX.Element {
  const { answer, refusal } = useAsked(data, () => readRecord(data.calls, `members/${id}`));
  if (!answer) {
    return (
      <>
        <h1>{words.say('op.record_title')}</h1>
        {refusal ? <Refused words={words} refusal={refusal} roles={['caseworker']} /> : <Waiting words={words} />}
        <Ways words={words} hasRecord={false} />
      </>
    );
  }
  const member = answer.summary.member;
  const details = member?.details ?? create(PersonalDetailsSchema);
  return (
    <>
      <h1>{details.fullName || id}</h1>
      <p class="lead">
        {words.say('op.record_lead', { count: answer.services.length, period: words.period(member?.enrolmentQuarter ?? '') })}
      </p>
      <Consents words={words} summary={answer.summary} />
      <Opened words={words} entries={answer.summary.auditEntries} />
      <Details words={words} summary={answer.summary} />
      <Timeline words={words} record={answer} />
      <Ways words={words} hasRecord />
    </>
  );
}

function Ways({ words, hasRecord }: { words: Language; hasRecord: boolean }): JSX.Element {
  return (
    <p class="steps">
      <a href={link('members')}>{words.say('op.record_back')}</a>
      {hasRecord && <a href={link('consent')}>{words.say('op.consent_title')}</a>}
      {hasRecord && <a href={link('erase')}>{words.say('op.erase_title')}</a>}
      <a href={link('seal')}>{words.say('op.seal_title')}</a>
      {hasRecord && <PrintButton words={words} />}
    </p>
  );
}

function Consents({ words, summary }: { words: Language; summary: MemberSummary }): JSX.Element {
  const title = words.say('op.record_consents');
  const of = (purpose: ConsentPurpose) => summary.consents.find((each) => each.purpose === purpose);
  return (
    <DataTable
      caption={title}
      rows={PURPOSES}
      columns={[
        { title: words.say('op.consent_purpose'), cell: (each) => words.say(`op.purpose_${each}`) },
        {
          title: words.say('op.consent_decision'),
          cell: (each) => {
            const consent = of(each);
            if (!consent) return words.say('op.consent_not_asked');
            if (consent.decision !== ConsentDecision.GIVEN) return words.say('op.consent_withdrawn');
            const isOver = consent.untilDate !== undefined && daysUntil(consent.untilDate) < 0;
            return isOver ? words.say('op.consent_ran_out', { date: sayDay(words, consent.untilDate) }) : words.say('op.consent_given');
          },
        },
        { title: words.say('op.consent_date'), cell: (each) => sayDay(words, of(each)?.decisionDate) },
        { title: words.say('op.consent_until'), cell: (each) => sayDay(words, of(each)?.untilDate) },
        { title: words.say('op.consent_notice'), cell: (each) => of(each)?.noticeVersion || '–' },
      ]}
    />
  );
}

function Opened({ words, entries }: { words: Language; entries: AuditEntry[] }): JSX.Element {
  const newest = entries[0];
  if (!newest) return <p>{words.say('op.record_opened_none')}</p>;
  return (
    <details>
      <summary>
        {words.say('op.record_opened', { time: sayMoment(words, newest.time) })}
      </summary>
      <Entries words={words} entries={entries} />
    </details>
  );
}

function Details({ words, summary }: { words: Language; summary: MemberSummary }): JSX.Element {
  const member = summary.member;
  const details = member?.details;
  const code = (list: string, each: string | undefined) => (each ? codeName(words, list, each) : '');
  const lines: [string, string][] = [
    [words.say('op.record_other_names'), (details?.otherNames ?? []).join(', ')],
    [words.say('op.record_contact'), details?.contact ?? ''],
    [words.say('op.record_address'), details?.address ?? ''],
    [words.say('op.record_birth_year'), member?.birthYear ? String(member.birthYear) : ''],
    [words.say('dimension.gender'), code('gender', member?.gender)],
    [words.say('dimension.exploitation_type'), code('exploitation_type', member?.exploitationType)],
    [words.say('op.record_home'), [code('state', member?.homeState), member?.homeDistrict].filter(Boolean).join(', ')],
    [words.say('op.record_notes'), details?.notes ?? ''],
  ];
  return (
    <details>
      <summary>{words.say('op.record_details')}</summary>
      <Facts lines={lines.filter(([, said]) => said !== '')} />
    </details>
  );
}

function Timeline({ words, record }: { words: Language; record: Record }): JSX.Element {
  const recorded = (kind: string) => record.summary.recordedKinds.find((each) => each.kind === kind)?.count ?? 0;
  const hidden = recorded('services') + recorded('assessments') - record.services.length - record.assessments.length;
  const others = record.services.map((each) => each.domain).filter((each) => !DOMAINS.includes(each));
  const domains = [...DOMAINS, ...new Set(others)].filter((domain) => record.services.some((each) => each.domain === domain));
  return (
    <>
      <h2>{words.say('op.record_timeline')}</h2>
      {hidden > 0 && <p class="note note-attention">{words.say('op.record_hidden', { count: hidden })}</p>}
      {domains.length === 0 && <p>{words.say('op.record_no_services')}</p>}
      {domains.map((domain) => (
        <section key={domain}>
          <h3>{codeName(words, 'domain', domain)}</h3>
          {record.services
            .filter((each) => each.domain === domain)
            .map((service) => (
              <ServiceLine key={service.name} service={service} words={words} />
            ))}
        </section>
      ))}
      {record.assessments.length > 0 && (
        <DataTable
          caption={words.say('op.record_assessments')}
          rows={record.assessments}
          columns={[
            { title: words.say('op.record_instrument'), cell: (each) => each.instrument.replaceAll('_', '-').toUpperCase() },
            { title: words.say('op.record_score'), number: true, cell: (each) => each.score },
            { title: words.say('op.record_day'), cell: (each) => sayDay(words, each.date) },
          ]}
        />
      )}
    </>
  );
}

/** The steps of a service that have a day, in the order in which they follow each other. */
function stepsOf(service: Service): [step: string, day: Day][] {
  const steps: [string, Day | undefined][] = [
    ['short.needs_assessed', service.assessedDate],
    ['short.needs_found', service.neededDate],
    ['short.referrals_made', service.referredDate],
    ['short.needs_met', service.receivedDate],
    ['short.services_completed', service.completedDate],
    ['short.sustained_6_months', service.sustained6MonthsDate],
    ['short.sustained_12_months', service.sustained12MonthsDate],
    ['short.scores_given', service.scoredDate],
  ];
  return steps.flatMap(([step, day]) => (day ? [[step, day] as [string, Day]] : []));
}

function ServiceLine({ service, words }: { service: Service; words: Language }): JSX.Element {
  return (
    <div class="service">
      <p>
        <strong>{codeName(words, 'service_type', service.type)}</strong>
        {service.provider && ` · ${service.provider}`}
      </p>
      <ol class="timeline">
        {stepsOf(service).map(([step, day]) => (
          <li key={step}>
            <span class="when">{sayDay(words, day)}</span>
            <span>
              {words.say(step)}
              {step === 'short.scores_given' && ` (${service.score}/5)`}
            </span>
          </li>
        ))}
      </ol>
      {service.notes && <p class="notes">{service.notes}</p>}
    </div>
  );
}
