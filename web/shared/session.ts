// SPDX-License-Identifier: Apache-2.0
// Talking to the program that served this page, and to nobody else: signing in trades a token for a cookie that scripts
// can't read.
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { ErrorInfoSchema } from '../generated/google/rpc/error_details_pb';

export function ownTransport(): Transport {
  return createConnectTransport({ baseUrl: location.origin, useBinaryFormat: true, defaultTimeoutMs: 30_000 });
}

/** What became of a try to sign in. */
export type SignIn = 'done' | 'refused' | 'brake' | 'no_link';

export async function signIn(token: string): Promise<SignIn> {
  try {
    const response = await fetch('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (response.ok) return 'done';
    return response.status === 429 ? 'brake' : 'refused';
  } catch {
    return 'no_link';
  }
}

/** Whether the cookie is gone; without an answer it may still be good. */
export async function signOut(): Promise<boolean> {
  try {
    const response = await fetch('/sign-out', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    return response.ok;
  } catch {
    return false;
  }
}

/** What a failed call means for the reader; the key of a sentence that says what to do next. */
export type Trouble = 'trouble.sign_in' | 'trouble.not_allowed' | 'trouble.no_link' | 'trouble.brake' | 'trouble.disk' | 'trouble.other';

export function troubleOf(error: unknown): Trouble {
  const said = ConnectError.from(error);
  switch (said.code) {
    case Code.Unauthenticated:
      return 'trouble.sign_in';
    case Code.PermissionDenied:
      return 'trouble.not_allowed';
    case Code.Unavailable:
    case Code.DeadlineExceeded:
    case Code.Unknown:
      return 'trouble.no_link';
    case Code.ResourceExhausted:
      return said.findDetails(ErrorInfoSchema)[0]?.reason === 'DISK_RESERVE' ? 'trouble.disk' : 'trouble.brake';
    default:
      return 'trouble.other';
  }
}
