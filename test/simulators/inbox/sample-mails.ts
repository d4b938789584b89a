/** A plausible morning's mail, for tests that look at the inbox and for the pictures in the documentation. */
import { deflateSync, crc32 } from 'node:zlib';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { MailStore, NewMail } from '../../../infra/simulators/mail-store.ts';

type Mail = ConstructorParameters<typeof MailComposer>[0];

/** Builds the mail and puts it into the store, as if `via` had carried it. `ago`: minutes. */
export async function deliver(
  store: MailStore,
  mail: Mail,
  facts: Partial<NewMail> & { readonly ago?: number } = {},
): Promise<string> {
  const { ago, ...rest } = facts;
  const composed = new MailComposer({ from: 'Alerts <alerts@contoso.com>', ...mail }).compile();
  const mime = await composed.build();
  const { to } = composed.getEnvelope();
  const acceptedAt =
    ago === undefined ? {} : { acceptedAt: new Date(Date.now() - ago * 60_000).toISOString() };
  return store.add({
    via: 'graph-json',
    mailbox: 'alerts@contoso.com',
    envelope: { from: 'alerts@contoso.com', to },
    mime,
    ...acceptedAt,
    ...rest,
  }).id;
}

/** A picture of one colour gradient, as a PNG (RFC 2083). */
export function gradient(width: number, height: number): Buffer {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const curve = height * (0.55 - 0.3 * Math.sin(x / 37) - 0.12 * Math.sin(x / 11));
      const colour = y > curve ? [240, 138 + (50 * y) / height, 98 + (70 * y) / height] : [250, 246, 242];
      for (const [channel, value] of colour.entries())
        rows[y * (1 + 3 * width) + 1 + 3 * x + channel] = value;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(named, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

function smtp(id: string): Partial<NewMail> {
  return { via: 'smtp', serverMessageId: `<${id.repeat(8)}@PRDPR01MB4077.prod.outlook.com>` };
}

export async function deliverSamples(store: MailStore): Promise<void> {
  await deliver(
    store,
    {
      from: 'Facility <facility@contoso.com>',
      to: 'reception@contoso.com',
      subject: 'Badge reader 3 is offline',
      text: 'Door controller B2 has not seen badge reader 3 since 06:41.\nLast firmware: 4.2.1\n',
    },
    { ago: 1530, ...smtp('7F3A') },
  );
  await deliver(
    store,
    {
      from: 'Scanner, 2nd floor <scanner@contoso.com>',
      to: 'Grüße & Söhne <post@münchen.example>',
      subject: 'Scan_2026-11-20_0815.pdf',
      text: 'Your document is attached.\n',
      attachments: [
        {
          filename: 'Scan_2026-11-20_0815.pdf',
          content: Buffer.alloc(1_840_000, 'x'),
          contentType: 'application/pdf',
        },
      ],
    },
    { ago: 214, ...smtp('19D0') },
  );
  await deliver(
    store,
    {
      from: 'Web shop <shop@contoso.com>',
      to: ['Emma Larsson <emma@fabrikam.example>'],
      bcc: 'archive@contoso.com',
      subject: 'Your order 10-4471 is on its way 📦',
      html: '<h1>It is on its way</h1><p>Your parcel left our warehouse this morning and arrives on Monday.</p>',
      text: 'Your parcel left our warehouse this morning and arrives on Monday.',
      attachments: [
        { filename: 'delivery-note.pdf', content: Buffer.alloc(48_000, 'x'), contentType: 'application/pdf' },
        { filename: 'label.png', content: gradient(300, 200) },
      ],
    },
    { ago: 96, via: 'graph-mime', requestId: 'c2a0c4d5-5f3b-4a0e-9a43-0e9a5a1c7d11' },
  );
  await deliver(
    store,
    {
      from: 'Backup <alerts@contoso.com>',
      to: 'Operations <ops@contoso.com>',
      subject: '[OK] Nightly backup finished in 41 min',
      text: 'All 18 volumes were saved. 412 GB read, 9.7 GB new, 0 errors.\nOldest restore point: 2026-08-22\n',
    },
    { ago: 44, requestId: '0b7e7df0-55a1-4df1-a31e-9c07a3a04c22' },
  );
  await deliver(
    store,
    {
      from: 'Grafana <alerts@contoso.com>',
      to: 'Operations <ops@contoso.com>',
      cc: ['Nadia Haddad <nadia@contoso.com>', 'Jonas Berg <jonas@contoso.com>'],
      subject: '[RESOLVED] Disk /var on db-01 will fill in 4 hours',
      html: ALERT_HTML,
      text: 'Disk /var on db-01: resolved after 22 minutes. 63 % used.',
      headers: { 'X-Alert-Fingerprint': 'c7f1ab03', 'X-Alert-Severity': 'critical' },
      attachments: [{ filename: 'graph.png', content: gradient(1040, 260), cid: 'graph@postrider' }],
    },
    {
      ago: 12,
      via: 'graph-mime',
      requestId: '5a6f6f8a-1b0a-4d5e-8e2c-2f9d3a9f7b33',
      clientRequestId: '019aa3f0-7c2e-7bb1-9f5d-64c3b8c2a9d4',
    },
  );
  await deliver(
    store,
    {
      from: 'Uptime Kuma <alerts@contoso.com>',
      to: 'Operations <ops@contoso.com>',
      subject: '🔴 intranet.contoso.com is down',
      text: 'intranet.contoso.com: connect ETIMEDOUT 10.1.4.20:443 (3 of 3 checks).\n',
    },
    { ago: 3, requestId: '0f2d1b52-9c1b-4e7e-8e53-2b4d6a51bb44' },
  );
  await deliver(
    store,
    {
      from: 'curl <alerts@contoso.com>',
      to: 'you@example.com',
      subject: 'Hello from Postrider',
      text: 'It works.\n',
    },
    { ago: 0, requestId: '9d1f9c6b-3a9d-4b21-8d44-12f5a4c3ce55' },
  );
}

const ALERT_HTML = `<!doctype html>
<html><body style="margin:0;background:#f4f1ec;font-family:'Segoe UI',Helvetica,Arial,sans-serif;color:#23262b">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:28px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#fff;border-radius:10px;border:1px solid #e4dfd6">
<tr><td style="padding:22px 28px 6px"><span style="background:#e3f3ea;color:#1f6b43;font-size:12px;font-weight:700;padding:3px 9px;border-radius:9px">RESOLVED</span></td></tr>
<tr><td style="padding:6px 28px 0;font-size:20px;font-weight:600">Disk /var on db-01 will fill in 4 hours</td></tr>
<tr><td style="padding:8px 28px 16px;font-size:14px;line-height:1.5;color:#565a61">Log rotation has caught up. The volume is at 63&nbsp;% and no longer growing.</td></tr>
<tr><td style="padding:0 28px"><img src="cid:graph@postrider" width="504" alt="Disk usage of the last six hours" style="display:block;width:100%;border-radius:6px"></td></tr>
<tr><td style="padding:16px 28px 24px"><table role="presentation" width="100%" style="font-size:14px">
<tr><td style="padding:4px 0;color:#7a7e85;width:120px">Host</td><td>db-01.contoso.com</td></tr>
<tr><td style="padding:4px 0;color:#7a7e85">Began</td><td>20 Nov 2026, 08:57</td></tr>
<tr><td style="padding:4px 0;color:#7a7e85">Lasted</td><td>22 minutes</td></tr></table>
<a href="https://grafana.contoso.com/d/disk" style="display:inline-block;margin-top:14px;background:#b0431f;color:#fff;text-decoration:none;font-size:14px;font-weight:600;padding:9px 18px;border-radius:7px">Open the dashboard</a></td></tr>
</table></td></tr></table></body></html>`;
