// SPDX-License-Identifier: Apache-2.0
// Asking the node for what one room shows, and doing what its buttons say. What came lives in the room alone: it is gone
// when the room is left, and no address or storage of the browser ever holds it.
import { Code } from '@connectrpc/connect';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Refusal } from '../shared/refusal';
import type { NodeData } from './data';

export interface Asked<Answer> {
  answer: Answer | undefined;
  refusal: Refusal | undefined;
  /** Asks once more; what is shown stays until the new answer is there. */
  again: () => void;
}

/** The node says that it is not there, not open or not this caller's any more: what was read of it goes from the screen. */
const TAKEN_AWAY = [Code.NotFound, Code.PermissionDenied, Code.FailedPrecondition];

/** Asks when the room is opened, and once more when `since` changes. */
export function useAsked<Answer>(data: NodeData, ask: () => Promise<Answer>, since?: unknown): Asked<Answer> {
  const [turn, setTurn] = useState(0);
  const [said, setSaid] = useState<{ answer?: Answer; refusal?: Refusal }>({});
  useEffect(() => {
    let isGone = false;
    ask().then(
      (answer) => isGone || setSaid({ answer }),
      (error: unknown) => {
        if (isGone) return;
        const refusal = data.refused(error);
        setSaid((before) => ({ answer: TAKEN_AWAY.includes(refusal.code) ? undefined : before.answer, refusal }));
      },
    );
    return () => {
      isGone = true;
    };
  }, [data, turn, since]);
  return { answer: said.answer, refusal: said.refusal, again: () => setTurn((before) => before + 1) };
}

export interface Act {
  busy: boolean;
  refusal: Refusal | undefined;
  /** Whether it went well. */
  act: (work: () => Promise<unknown>) => Promise<boolean>;
}

/** Does one thing at a time, and keeps what the node said against it. */
export function useAct(data: NodeData): Act {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  const act = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setRefusal(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      setRefusal(data.refused(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, refusal, act };
}

/** The same id for the same content: a second try after a lost answer is recorded once. */
export function useRequestId(): (content: unknown) => string {
  const last = useRef({ content: '', id: '' });
  return (content) => {
    const text = JSON.stringify(content);
    if (last.current.content !== text) last.current = { content: text, id: crypto.randomUUID() };
    return last.current.id;
  };
}
