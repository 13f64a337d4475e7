// SPDX-License-Identifier: Apache-2.0
// What a member agrees to or takes back, with the words of the notice that she hears. A new decision takes the place of the
// older one of its purpose; nothing is overwritten.
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ConsentDecision, ConsentPurpose } from '../generated/aangan/node/v1/members_pb';
import type { Notice } from '../generated/aangan/node/v1/notices_pb';
import { LANGUAGES, type Language } from '../shared/language';
import { link } from '../shared/route';
import { useAct, useAsked, useRequestId } from './ask';
import { everyPage } from './calls';
import type { NodeData } from './data';
import { dayFrom, today } from './dates';
import { Choose, Field, TwoWays, Waiting } from './forms';
import { PURPOSES } from './record';
import { Refused } from './refused';
import type { RoomProps } from './rooms';

export function Consent({ data, words, id }: RoomProps): JSX.Element {
  const { answer, refusal } = useAsked(data, async () => {
    const [member, notices] = await Promise.all([
      data.calls.members.getMember({ name: `members/${id}` }),
      everyPage(async (pageToken) => {
        const page = await data.calls.notices.listNotices({ pageSize: 50, pageToken });
        return { rows: page.notices, nextPageToken: page.nextPageToken };
      }),
    ]);
    return { fullName: member.details?.fullName ?? '', notices };
  });
  return (
    <>
      <h1>{words.say('op.consent_title')}</h1>
      <Refused words={words} refusal={refusal} roles={['caseworker']} />
      {answer ? (
        <>
          <p class="lead">{words.say('op.consent_about', { name: answer.fullName || id })}</p>
          <ConsentForm data={data} words={words} id={id} notices={answer.notices} />
        </>
      ) : (
        !refusal && <Waiting words={words} />
      )}
      <p class="steps">
        <a href={link('record')}>{words.say('op.record_title')}</a>
      </p>
    </>
  );
}

function ConsentForm(props: { data: NodeData; words: Language; id: string; notices: Notice[] }): JSX.Element {
  const { data, words, id, notices } = props;
  const [purpose, setPurpose] = useState(ConsentPurpose.BE_COUNTED);
  const [chosen, setChosen] = useState('');
  const [version, setVersion] = useState('');
  const [language, setLanguage] = useState<string>(words.id);
  const [day, setDay] = useState(today);
  const [until, setUntil] = useState('');
  const requestIdOf = useRequestId();
  const { busy, refusal, act } = useAct(data);
  const fitting = notices.filter((each) => each.purpose === purpose);
  const notice = fitting.find((each) => each.name === chosen) ?? newest(fitting.filter((each) => each.language === words.id)) ?? newest(fitting);
  const give = async (decision: ConsentDecision) => {
    const isGiven = decision === ConsentDecision.GIVEN;
    const consent = {
      purpose,
      decision,
      decisionDate: dayFrom(day),
      untilDate: isGiven ? dayFrom(until) : undefined,
      noticeVersion: isGiven ? (notice?.version ?? version.trim()) : '',
      language: isGiven ? (notice?.language ?? language) : '',
    };
    const isDone = await act(() => data.calls.members.createConsent({ parent: `members/${id}`, consent, requestId: requestIdOf(consent) }));
    if (isDone) location.hash = link('record');
  };
  return (
    <form class="fields" onSubmit={(event) => event.preventDefault()}>
      <Choose
        label={words.say('op.consent_purpose')}
        value={String(purpose)}
        options={PURPOSES.map((each) => [String(each), words.say(`op.purpose_${each}`)])}
        choose={(value) => setPurpose(Number(value))}
      />
      {notice ? (
        <NoticeWords words={words} notices={fitting} notice={notice} choose={setChosen} />
      ) : (
        <>
          <p>{words.say('op.consent_no_notice')}</p>
          <Field label={words.say('op.consent_notice')} value={version} write={setVersion} />
          <Choose label={words.say('op.consent_language')} value={language} options={Object.entries(LANGUAGES)} choose={setLanguage} />
        </>
      )}
      <Field label={words.say('op.consent_date')} type="date" required value={day} write={setDay} />
      <Field label={words.say('op.consent_until')} type="date" help={words.say('op.consent_until_help')} value={until} write={setUntil} />
      <TwoWays
        busy={busy}
        ways={[
          { say: words.say('op.consent_give'), about: words.say('op.consent_give_about'), run: () => void give(ConsentDecision.GIVEN) },
          {
            say: words.say('op.consent_withdraw'),
            about: words.say(purpose === ConsentPurpose.KEEP_RECORD ? 'op.consent_withdraw_record' : 'op.consent_withdraw_about'),
            run: () => void give(ConsentDecision.WITHDRAWN),
          },
        ]}
      />
      <Refused words={words} refusal={refusal} roles={['caseworker']} />
    </form>
  );
}

/** By the time at which it was added: "2026.10" comes after "2026.2", but stands before it in the list. */
function newest(notices: Notice[]): Notice | undefined {
  const added = (each: Notice) => (each.createTime ? timestampMs(each.createTime) : 0);
  return notices.reduce<Notice | undefined>((last, each) => (last && added(each) < added(last) ? last : each), undefined);
}

function NoticeWords(props: { words: Language; notices: Notice[]; notice: Notice; choose: (name: string) => void }): JSX.Element {
  const { words, notices, notice, choose } = props;
  const languageName = (each: Notice) => LANGUAGES[each.language as keyof typeof LANGUAGES] ?? each.language;
  return (
    <>
      <Choose
        label={words.say('op.consent_notice')}
        value={notice.name}
        options={notices.map((each) => [each.name, `${each.version} · ${languageName(each)}`])}
        choose={choose}
      />
      <p>{words.say('op.consent_read')}</p>
      <blockquote lang={notice.language} class="notice">
        {notice.text}
      </blockquote>
    </>
  );
}
