/** One `fetch` to Graph, with a token that was got beforehand. */

/** The fields of the bench's mails. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

const { POSTRIDER_GRAPH_URL: graph = '', BENCH_MAILBOX: mailbox = '', BENCH_TOKEN: token = '' } = process.env;
const url = `${graph}/v1.0/users/${encodeURIComponent(mailbox)}/sendMail`;

/** @returns the status that Graph answered. */
export async function sendByGraph({ to, subject, text }: Mail): Promise<number> {
  const message = {
    subject,
    body: { contentType: 'text', content: text },
    toRecipients: [{ emailAddress: { address: to } }],
  };
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
  });
  await response.arrayBuffer();
  return response.status;
}
