/**
 * Storage without any key: a managed identity's token, from the platform's identity endpoint, taken by Azurite over TLS.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { createAuthority } from '../../infra/simulators/authority.ts';
import { startMicrosoft365, type Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import { openStorage } from '../../shared/platform/storage.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';

let folder: string;
let azurite: Azurite;
let microsoft365: Microsoft365;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'postrider-identity-'));
  const authority = await createAuthority();
  const { key, cert } = await authority.issue(['127.0.0.1', 'localhost']);
  const tlsFiles = { keyFile: path.join(folder, 'key.pem'), certFile: path.join(folder, 'cert.pem') };
  await writeFile(tlsFiles.keyFile, key);
  await writeFile(tlsFiles.certFile, cert);
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), authority.caPem]);
  azurite = await startAzurite({ tls: tlsFiles, oauth: 'basic' });
  microsoft365 = await startMicrosoft365();
  process.env['IDENTITY_ENDPOINT'] = microsoft365.urls.identityEndpoint;
  process.env['IDENTITY_HEADER'] = microsoft365.identityHeader;
});
after(async () => {
  await azurite.stop();
  await microsoft365.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a message is kept and read with the identity alone: table, queue and blob', async () => {
  const storage = openStorage({
    AzureWebJobsStorage__tableServiceUri: azurite.urls.table,
    AzureWebJobsStorage__queueServiceUri: azurite.urls.queue,
    AzureWebJobsStorage__blobServiceUri: azurite.urls.blob,
    AzureWebJobsStorage__clientId: microsoft365.identity.clientId,
  });
  const outbox = openOutbox(storage, () => undefined);
  const bytes = Buffer.alloc(900_000, 1);
  const record = exampleRecord(new Date());
  const message = exampleMessage({
    attachments: [{ filename: 'a', contentType: 'application/octet-stream', size: bytes.length }],
  });
  const attachments = [{ size: bytes.length, chunks: () => [bytes] }];
  assert.equal((await outbox.accept({ record, message, attachments })).kind, 'written');
  const held = await outbox.records.get(record.id);
  assert.ok(held?.content);
  assert.deepEqual((await outbox.contents.open(held.content))?.message, message);
});
