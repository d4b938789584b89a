/** An inbox with an empty store and the fault scripts of all simulators, for one test. */
import type { TestContext } from 'node:test';
import { ENTRA_FAULTS } from '../../../infra/simulators/entra/faults.ts';
import { SMTP_FAULTS } from '../../../infra/simulators/exchange-smtp/faults.ts';
import { FaultScript } from '../../../infra/simulators/faults.ts';
import { GRAPH_FAULTS } from '../../../infra/simulators/graph/faults.ts';
import { startInbox } from '../../../infra/simulators/inbox/inbox.ts';
import { MailStore } from '../../../infra/simulators/mail-store.ts';

export async function stage(t: TestContext, options: { readonly banner?: string } = {}) {
  const store = new MailStore();
  const faults = {
    entra: new FaultScript(ENTRA_FAULTS),
    graph: new FaultScript(GRAPH_FAULTS),
    smtp: new FaultScript(SMTP_FAULTS),
  };
  const inbox = await startInbox({ store, faults, ...options });
  t.after(() => inbox.stop());
  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(inbox.url + path, { redirect: 'manual', ...init });
  return { ...inbox, store, faults, get, text: async (path: string) => (await get(path)).text() };
}
