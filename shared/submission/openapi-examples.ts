/** Submissions as people write them, for `/openapi.json`. A test sends each through the schema. */

interface Example {
  readonly summary: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Examples of the body of `POST /emails`. */
export const submissionExamples: Readonly<Record<string, Example>> = {
  shortest: {
    summary: 'As little as it takes',
    value: {
      from: 'alerts@example.com',
      to: 'ops@example.com',
      subject: 'Disk almost full',
      text: 'db-1: 93 % of /var is used.',
    },
  },
  report: {
    summary: 'HTML with an inline image and an attachment',
    value: {
      from: 'Reports <reports@example.com>',
      to: ['Ann <ann@example.com>', '"Müller, Bo" <bo@example.com>'],
      cc: ['team@example.com'],
      reply_to: 'helpdesk@example.com',
      subject: 'Monatsbericht März',
      html: '<p>Guten Tag,</p><p>der Bericht liegt bei.</p><img src="cid:logo" alt="Example Ltd">',
      attachments: [
        {
          filename: 'logo.gif',
          content: 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7',
          content_type: 'image/gif',
          content_id: 'logo',
        },
        { filename: 'Bericht März.csv', content: 'TW9uYXQ7U3VtbWUKTcOkcno7NDIK' },
      ],
    },
  },
  labelled: {
    summary: 'With headers, tags and metadata',
    value: {
      from: 'alerts@example.com',
      to: ['on-call@example.com'],
      subject: 'Backup failed',
      text: 'The nightly backup of db-1 failed.',
      importance: 'high',
      headers: { 'X-Ticket': 'OPS-42', 'Auto-Submitted': 'auto-generated' },
      tags: [{ name: 'source', value: 'backup' }],
      metadata: { host: 'db-1', run: '2026-11-20' },
      save_to_sent_items: false,
      on_unknown: 'hold',
    },
  },
};
