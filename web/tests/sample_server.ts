// SPDX-License-Identifier: Apache-2.0
// Serves the built federation page with the sample behind it, under the security policy of the real front, for looking at
// it: `npm run sample`, then the address that is printed. Any token signs in, but for "wrong".
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { sampleRoutes } from './sample';

const root = new URL('../dist/federation/', import.meta.url);
const types: Record<string, string> = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
const session = { signedIn: false };
const rpcs = connectNodeAdapter({ routes: (router) => sampleRoutes(router, session) });

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  response.setHeader('content-security-policy', "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'");
  if (path === '/sign-in' || path === '/sign-out') {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      session.signedIn = path === '/sign-in' && !body.includes('wrong');
      response.writeHead(session.signedIn || path === '/sign-out' ? 204 : 401).end();
    });
    return;
  }
  if (path.startsWith('/aangan.')) return void rpcs(request, response);
  try {
    const file = path === '/' ? 'index.html' : path.slice(1);
    const bytes = readFileSync(new URL(file, root));
    response.writeHead(200, { 'content-type': types[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream' }).end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
});
