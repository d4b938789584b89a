/**
 * Which transport carries a message: the first, in the configured order, that is large enough for it.
 */
import { estimateMimeBytes } from '../message/mime.ts';
import type { Message } from '../message/message.ts';
import { planGraph } from './graph-form.ts';
import { sendMailBytes } from './graph-message.ts';
import { maxBytes } from './limits.ts';
import { tagOf } from './tag.ts';
import type { TransportName } from './transport.ts';

/** What choosing needs to know of a transport. */
interface Named {
  readonly name: TransportName;
}

/** A transport, or why there is none. */
export type Choice<T> =
  | { readonly ok: true; readonly transport: T }
  | { readonly ok: false; readonly reason: string };

/** Chooses. Pure: the same message and transports give the same choice. */
export function chooseTransport<T extends Named>(transports: readonly T[], message: Message): Choice<T> {
  const estimate = estimateMimeBytes(message);
  const transport = transports.find(({ name }) => fits(name, message, estimate));
  if (transport) return { ok: true, transport };
  const limits = transports.map(({ name }) => `${name} takes ${maxBytes[name]} bytes`).join(', ');
  const advice = transports.some(({ name }) => name === 'smtp')
    ? 'Send less.'
    : 'Send less, or ask the administrator to allow SMTP, which carries more (POSTRIDER_TRANSPORTS=graph,smtp).';
  return {
    ok: false,
    reason: `The message has about ${estimate} bytes as it would be sent; ${limits}. ${advice}`,
  };
}

/** An id as long as every other, for sizes. */
const anyId = '0'.repeat(26);

function fits(name: TransportName, message: Message, estimate: number): boolean {
  if (name === 'smtp') return estimate <= maxBytes.smtp;
  // JSON spells a control character with six bytes where MIME's base64 needs 1.4: below this no form can be too large.
  if (estimate * 5 <= maxBytes.graph) return true;
  const { form, headers } = planGraph(message, message.from.address);
  if (form === 'mime') return true;
  return sendMailBytes(message, [...headers, tagOf(anyId)]) <= maxBytes.graph;
}
