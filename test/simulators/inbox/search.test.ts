import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findMails } from '../../../infra/simulators/inbox/finding.ts';
import { Letters } from '../../../infra/simulators/inbox/letters.ts';
import { parseSearch } from '../../../infra/simulators/inbox/search.ts';
import { MailStore } from '../../../infra/simulators/mail-store.ts';
import { deliver } from './sample-mails.ts';

const store = new MailStore();
await deliver(store, {
  from: 'Grafana <alerts@contoso.com>',
  to: 'Nadia Haddad <nadia@contoso.com>',
  bcc: 'hidden@contoso.com',
  subject: 'Disk is full',
  html: '<p>The <b>volume</b> is full.</p>',
  attachments: [{ filename: 'a.txt', content: 'x' }],
});
await deliver(
  store,
  { from: 'shop@contoso.com', to: 'emma@fabrikam.example', subject: 'Order', text: 'On its way' },
  {
    via: 'smtp',
  },
);

const cases: Readonly<Record<string, readonly string[]>> = {
  '': ['Order', 'Disk is full'],
  full: ['Disk is full'],
  'VOLUME is': ['Disk is full'],
  '"is full"': ['Disk is full'],
  '"full is"': [],
  'full way': [],
  'from:grafana': ['Disk is full'],
  'from:shop': ['Order'],
  'to:hidden': ['Disk is full'],
  'to:"nadia haddad"': ['Disk is full'],
  'subject:way': [],
  'via:smtp': ['Order'],
  'via:graph': ['Disk is full'],
  'has:attachment': ['Disk is full'],
  '-has:attachment': ['Order'],
  'nadia -order': ['Disk is full'],
};

for (const [query, expected] of Object.entries(cases)) {
  test(`search: ${query === '' ? '(nothing)' : query}`, async () => {
    const letters = new Letters();
    const found = await findMails(store, letters, parseSearch(query));
    const subjects = await Promise.all(found.map(async (mail) => (await letters.glance(mail)).subject));
    assert.deepEqual(subjects, expected);
  });
}
