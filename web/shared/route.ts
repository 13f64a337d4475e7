// SPDX-License-Identifier: Apache-2.0
// Where the reader is: the part of the address behind "#", for example "#/indicator/needs_met?period=2026Q3". It never
// reaches a server.
export interface Route {
  page: string;
  id: string;
  query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page = '', id = ''] = path.split('/');
  return { page, id: safeDecode(id), query: new URLSearchParams(query) };
}

/** The address of a page; empty values are left out. */
export function link(page: string, id = '', query: Record<string, string> = {}): string {
  const kept = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  const tail = kept.size > 0 ? `?${kept}` : '';
  return `#/${page}${id ? `/${encodeURIComponent(id)}` : ''}${tail}`;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
