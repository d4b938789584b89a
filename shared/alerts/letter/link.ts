/**
 * Links made whole and safe. A link in a mail is pressed by somebody who was woken up: it must go where it says it goes, and must
 * work outside of the tool that wrote it.
 */
import { oneLine } from './clean.ts';

/** A link that can be pressed, or the text that stands in its place. */
export type WholeLink =
  | {
      readonly kind: 'link';
      readonly href: string;
      /** What to show: the same place. */ readonly shown: string;
    }
  | { readonly kind: 'text'; readonly shown: string };

/** Windows and Outlook take no longer ones (INTERNET_MAX_URL_LENGTH is 2,083). */
const lengthLimit = 2048;

/** `grafana:3000/d/x`, `10.0.0.7:8080`, `[fd00::7]:9090/`: what a tool writes that knows its host but not its scheme. */
const hostAndPort = /^(?:[a-z0-9_](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\]):\d{1,5}(?=[/?#]|$)/i;

/** `status.example.com/x` or `www.example.com`, but not `index.php`: a dot alone does not make a host of a file name. */
const hostAndPath =
  /^(?:www\.[a-z0-9-]{1,63}\.[a-z0-9.-]{2,200}(?=[/?#]|$)|(?:[a-z0-9-]{1,63}\.){1,8}[a-z0-9-]{2,63}\/)/i;

/** RFC 3986 without what HTML or a terminal might stumble over. A URL of these characters is left as it was written. */
const plain = /^https?:\/\/[\w.~:/?#[\]@!$&'()*+,;=%-]+$/i;

/** What a URL parser leaves of a host. It would also take quotes and braces, which no name has. */
const hostname = /^(?:[a-z0-9_][a-z0-9._-]*|\[[0-9a-f:.]+\])$/;

const mailbox = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9][a-z0-9.-]{0,252}$/i;

/**
 * Reads what a sender gave as a link.
 *
 * - `http` and `https` become links, and so does a host with a port or a path (as `http`, since that is what such tools speak).
 * - `mailto` becomes a link to the address alone: its other fields would write a mail in the reader's name.
 * - A user name or password in a URL is taken out of what is shown and of where it goes. Mail is forwarded and kept for years, and
 *   `https://bank.example@evil.example` only exists to deceive; the page can ask for the sign-in itself.
 * - Everything else (`javascript:`, `data:`, `file:`, relative paths, what no URL parser takes) is shown as text.
 */
export function wholeLink(written: string): WholeLink {
  // Browsers drop tabs and line breaks inside a URL, so `java\nscript:` has to be seen as they will see it.
  const text = oneLine(written.trim().replaceAll(/[\t\r\n]/g, ''));
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(text) ?? [];
  if (hostAndPort.test(text) || hostAndPath.test(text)) return web(`http://${text}`, text);
  if (/^\/\/[^/]/.test(text)) return web(`https:${text}`, text);
  if (/^https?:\/\//i.test(text)) return web(text, text);
  if (scheme?.toLowerCase() === 'mailto') {
    const address = (text.slice('mailto:'.length).split('?')[0] ?? '').trim();
    if (mailbox.test(address)) return { kind: 'link', href: `mailto:${address}`, shown: address };
  }
  return { kind: 'text', shown: withoutUser(text) };
}

function web(address: string, text: string): WholeLink {
  const url = URL.parse(address);
  if (url === null || !hostname.test(url.hostname)) return { kind: 'text', shown: withoutUser(text) };
  const named = url.username !== '' || url.password !== '';
  url.username = '';
  url.password = '';
  // As the browser writes it: hosts of other scripts come out in ASCII, where a look-alike does not look alike.
  const href = !named && plain.test(address) ? address : url.href.replaceAll('\\', '%5C');
  return href.length > lengthLimit ? { kind: 'text', shown: href } : { kind: 'link', href, shown: href };
}

/** What is only shown must not give a password away either. Greedy, since passwords hold slashes and at signs too. */
const withoutUser = (text: string): string =>
  /^mailto:/i.test(text)
    ? text
    : text.replace(/^([a-z][a-z0-9+.-]*:)?\/\/.*@/i, '$1//').replace(/^[^/?#\s@:]+:[^/?#\s@]+@/, '');
