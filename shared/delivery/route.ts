/**
 * The ways to send: a route is a transport and the mailbox it goes through.
 *
 * Which routes a sender has is a setting; in which order a message may take them follows from its id, so that every attempt of it
 * sees the same list. Choosing among them is plan.ts.
 */
import type { Config } from '../platform/config.ts';
import { entry } from '../platform/entry.ts';
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
  const own = entry(config.routes, key);
  const routes = (own ?? config.transports)
    .flatMap((route) => (typeof route === 'string' ? [route] : rotated(route, id)))
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
