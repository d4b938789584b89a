/**
 * The inbox of the sandbox: shows what the pretend Microsoft 365 accepted, and programs its faults. Rendered on the
 * server and usable without JavaScript; with it, pages follow what happens. Plain HTTP on 127.0.0.1, for one person.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { listen } from '../listening.ts';
import type { MailStore } from '../mail-store.ts';
import { sendText } from './answering.ts';
import type { Simulators } from './faults-page.ts';
import { InboxSite, type Asset } from './site.ts';

export interface InboxOptions {
  readonly store: MailStore;
  /** By the name that stands in the URL: `entra`, `graph`, `smtp`. */
  readonly faults: Simulators;
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** Plain text for the empty inbox, such as a command that sends a first mail. */
  readonly banner?: string;
}

export interface Inbox {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** Cuts open connections, the waiting ones included, and frees the port. */
  stop(): Promise<void>;
}

/** @throws the system's error (`EADDRINUSE`, `EACCES`) when the port cannot be had. */
export async function startInbox(options: InboxOptions): Promise<Inbox> {
  const site = new InboxSite(options, await loadAssets());
  const server = createServer((request, response) => {
    site.serve(request, response).catch((cause: unknown) => {
      if (response.headersSent) response.destroy();
      else sendText(response, 500, cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
    });
  });
  const listening = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${listening.port}`,
    stop: () => {
      site.stop();
      return listening.stop();
    },
  };
}

/** In the order in which they count: the later one wins. */
const STYLES = ['base', 'frame', 'list', 'message', 'faults', 'phone'];

async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const styles = await Promise.all(STYLES.map((name) => readAsset(`${name}.css`)));
  return new Map([
    ['inbox.css', { type: 'text/css; charset=utf-8', body: Buffer.concat(styles) }],
    ['inbox.js', { type: 'text/javascript; charset=utf-8', body: await readAsset('inbox.js') }],
    ['icon.svg', { type: 'image/svg+xml', body: await readAsset('icon.svg') }],
  ]);
}

function readAsset(name: string): Promise<Buffer> {
  return readFile(new URL(`assets/${name}`, import.meta.url));
}
