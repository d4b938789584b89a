/** The handler that everybody writes first: parse all of it, decode all of it, send it, then answer. */
import { app } from '@azure/functions';
import { createTransport } from 'nodemailer';

interface Mail {
  from: string;
  to: string;
  subject: string;
  text: string;
  attachments?: { filename: string; content: string }[];
}

const {
  POSTRIDER_SMTP_HOST: host = '',
  POSTRIDER_SMTP_PORT: port = '',
  BENCH_MAILBOX: user = '',
} = process.env;
const transport = createTransport({
  pool: true,
  maxConnections: 3,
  host,
  port: Number(port),
  requireTLS: true,
  auth: { type: 'OAuth2', user, accessToken: process.env['BENCH_TOKEN'] ?? '' },
});

app.http('naive', {
  methods: ['POST'],
  route: 'emails',
  authLevel: 'anonymous',
  handler: async (request) => {
    const mail: Mail = Object(await request.json());
    const attachments = (mail.attachments ?? []).map(({ filename, content }) => ({
      filename,
      content: Buffer.from(content, 'base64'),
    }));
    await transport.sendMail({ ...mail, attachments });
    return { status: 202 };
  },
});
