// SPDX-License-Identifier: Apache-2.0
// What a server said when it refused: its reason, the fields at fault with what each must be, and what else it names. None
// of it repeats a value that was sent.
import { Code, ConnectError } from '@connectrpc/connect';
import { BadRequestSchema, ErrorInfoSchema } from '../generated/google/rpc/error_details_pb';
import { troubleOf, type Trouble } from './session';

export interface Refusal {
  trouble: Trouble;
  code: Code;
  /** As base/problem.h names it, for example "STALE_ETAG"; empty when the answer never came. */
  reason: string;
  /** In English. */
  message: string;
  /** What the reason is about: the caller's role, the domain, what to ask a permit for. */
  about: Record<string, string>;
  fields: { field: string; fix: string }[];
}

export function refusalOf(error: unknown): Refusal {
  const said = ConnectError.from(error);
  const info = said.findDetails(ErrorInfoSchema)[0];
  const fields = said.findDetails(BadRequestSchema).flatMap((each) => each.fieldViolations);
  return {
    trouble: troubleOf(error),
    code: said.code,
    reason: info?.reason ?? '',
    message: said.rawMessage,
    about: info?.metadata ?? {},
    fields: fields.map((each) => ({ field: each.field, fix: each.description })),
  };
}
