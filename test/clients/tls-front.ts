/**
 * TLS in front of the local host, as Azure's front end has it: clients that give a token to nothing else need it.
 */
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { createAuthority } from '../../infra/simulators/authority.ts';

/** A front end. */
export interface TlsFront {
  /** `https://localhost:…` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one that hands requests on as they are, and makes links in answers https, as the bridge would see itself behind it. */
export async function startTlsFront(target: string): Promise<TlsFront> {
  const authority = await createAuthority();
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), authority.caPem]);
  const server = https.createServer(await authority.issue(['localhost']), (request, response) => {
    const { method, headers, url } = request;
    const onward = http.request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      const location = answer.headers['operation-location'];
      if (typeof location === 'string')
        answer.headers['operation-location'] = location.replace('http:', 'https:');
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
