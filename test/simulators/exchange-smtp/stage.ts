/** A pretend smtp.office365.com with a few mailboxes and two tokens, for one test. */
import type { TestContext } from 'node:test';
import { createAuthority } from '../../../infra/simulators/authority.ts';
import { startExchangeSmtp, type ExchangeSmtpOptions } from '../../../infra/simulators/exchange-smtp.ts';
import { SMTP_FAULTS, type SmtpFault } from '../../../infra/simulators/exchange-smtp/faults.ts';
import { FaultScript } from '../../../infra/simulators/faults.ts';
import { MailStore } from '../../../infra/simulators/mail-store.ts';
import { SmtpClient } from './smtp-client.ts';

export const ALERTS = 'alerts@contoso.example';
export const TOKEN = 'good-token';
export const OTHER_APPS_TOKEN = 'other-apps-token';

const MAILBOXES = [
  { address: ALERTS, aliases: ['alarm@contoso.example'], apps: ['app-1'], sendAs: ['shop@contoso.example'] },
  { address: 'off@contoso.example', smtpAuth: false },
];

const authority = createAuthority();

export async function stage(t: TestContext, options: Partial<ExchangeSmtpOptions> = {}) {
  const store = new MailStore();
  const faults = new FaultScript<SmtpFault>(SMTP_FAULTS);
  const { caPem } = await authority;
  const server = await startExchangeSmtp({
    authority: await authority,
    store,
    faults,
    verifyToken: (token) => {
      if (token === TOKEN) return Promise.resolve({ ok: true, appId: 'app-1' });
      return Promise.resolve(token === OTHER_APPS_TOKEN ? { ok: true, appId: 'app-2' } : { ok: false });
    },
    mailboxes: MAILBOXES,
    ...options,
  });
  const clients: SmtpClient[] = [];
  t.after(async () => {
    for (const client of clients) client.close();
    await server.stop();
  });
  return {
    ...server,
    store,
    faults,
    caPem,
    client: (): SmtpClient => {
      const client = new SmtpClient(server.port);
      clients.push(client);
      return client;
    },
    /** A client that has logged in as ALERTS. */
    loggedIn: async (): Promise<SmtpClient> => {
      const client = new SmtpClient(server.port);
      clients.push(client);
      await client.logIn(ALERTS, TOKEN);
      return client;
    },
  };
}
