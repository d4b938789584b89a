import { request, type IncomingMessage } from 'node:http';

/** Posts one body to `/emails` on a connection of its own; resolves with the whole answer. */
export async function post(
  url: string,
  apiKey: string,
  body: Buffer,
): Promise<{ status: number; text: string }> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(`${url}/emails`, {
      method: 'POST',
      agent: false,
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        'content-length': body.length,
      },
    });
    outgoing.once('response', resolve).once('error', reject).end(body);
  });
  return { status: answer.statusCode ?? 0, text: Buffer.concat(await answer.toArray()).toString() };
}
