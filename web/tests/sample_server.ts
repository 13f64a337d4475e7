// SPDX-License-Identifier: Apache-2.0
// Serves a built page with the sample behind it, under the security policy of the real front, for looking at it:
// `npm run sample` or `npm run sample operator`, then the address that is printed. Any token signs in, but for "wrong"; it
// has the role that it names.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { sampleRoutes } from './sample';
import { newSession, nodeRoutes } from './sample_node';

const page = process.argv.includes('operator') ? 'operator' : 'federation';
const built = process.env.WEB_OUT ? new URL(`file://${process.env.WEB_OUT}/`) : new URL('../dist/', import.meta.url);
const root = new URL(`${page}/`, built);
const types: Record<string, string> = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
const session = { ...newSession(), signedIn: false };
const rpcs = connectNodeAdapter({ routes: (router) => (page === 'operator' ? nodeRoutes : sampleRoutes)(router, session) });

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  response.setHeader('content-security-policy', "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'");
  if (path === '/sign-in' || path === '/sign-out') {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      const isIn = path === '/sign-in' && !body.includes('wrong');
      session.role = (['caseworker', 'steward', 'auditor'] as const).find((each) => body.includes(each)) ?? 'operator';
      response.setHeader('set-cookie', `sample=${isIn ? 'in' : 'out'}; Path=/; HttpOnly; SameSite=Strict`);
      response.writeHead(isIn || path === '/sign-out' ? 200 : 401).end();
    });
    return;
  }
  if (path.startsWith('/aangan.')) {
    session.signedIn = request.headers.cookie?.includes('sample=in') ?? false;
    return void rpcs(request, response);
  }
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
