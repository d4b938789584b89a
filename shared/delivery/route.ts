/**
 * The ways to send: a route is a transport and the mailbox it goes through.
 *
 * Which routes a sender has is a setting; in which order a message may take them follows from its id, so that every attempt of it
 * sees the same list. Choosing among them is plan.ts.
 */
import { estimateMimeBytes } from '../message/mime.ts';
import type { Message } from '../message/message.ts';
import type { Config } from '../platform/config.ts';
import { planGraph } from './graph-form.ts';
import { sendMailBytes } from './graph-message.ts';
import { maxBytes } from './limits.ts';
import type { TransportName } from './transport.ts';

/** A transport and the Exchange mailbox that sends: whose URL is posted to, whose name is logged in with. */
export interface Route {
  readonly transport: TransportName;
  /** Address of the mailbox. */
  readonly mailbox: string;
}

/** The name of a route in settings, rows and `without` lists: `graph:alerts@contoso.com`. The mailbox in lower case. */
export const routeName = ({ transport, mailbox }: Route): string => `${transport}:${mailbox.toLowerCase()}`;

/**
 * The routes of a sender, best first, each once.
 *
 * The members of a pool are rotated by the message's id: the load is spread evenly over them, and the same message finds the same
 * order on every attempt.
 *
 * @param sender the address in From; its own mailbox is meant where a route names none.
 * @param id Postrider's id of the message.
 */
export function routesOf(
  config: Pick<Config, 'routes' | 'transports'>,
  sender: string,
  id: string,
): readonly Route[] {
  const key = sender.toLowerCase();
  const own = Object.hasOwn(config.routes, key) ? config.routes[key] : undefined;
  const routes = (own ?? config.transports)
    .flatMap((entry) => (typeof entry === 'string' ? [entry] : rotated(entry, id)))
    .map((text) => readRoute(text, sender));
  return [...new Map(routes.toReversed().map((route) => [routeName(route), route])).values()].toReversed();
}

/** `graph`, `smtp`, or either with a mailbox behind a colon; settings.ts has checked it. */
function readRoute(text: string, sender: string): Route {
  const colon = text.indexOf(':');
  const transport = (colon < 0 ? text : text.slice(0, colon)) as TransportName;
  return { transport, mailbox: colon < 0 ? sender : text.slice(colon + 1) };
}

function rotated<T>(pool: readonly T[], id: string): readonly T[] {
  const start = spread(id) % pool.length;
  return [...pool.slice(start), ...pool.slice(0, start)];
}

/** FNV-1a, 32 bits: neighbouring ids end far apart. http://www.isthe.com/chongo/tech/comp/fnv */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

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

function fits(name: TransportName, message: Message, estimate: number): boolean {
  if (name === 'smtp') return estimate <= maxBytes.smtp;
  // JSON spells a control character with six bytes where MIME's base64 needs 1.4: below this no form can be too large.
  if (estimate * 5 <= maxBytes.graph) return true;
  const { form, headers } = planGraph(message, message.from.address);
  if (form === 'mime') return true;
  return sendMailBytes(message, headers) <= maxBytes.graph;
}
