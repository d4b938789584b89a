/** Tells open pages by server-sent events that something has changed; what it is, they ask for themselves. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Milliseconds. Many changes in one interval make one event, so that a benchmark does not drown an open page. */
const INTERVAL = 150;
const HEARTBEATS_EVERY = 100;

export class Live {
  readonly #state: () => string;
  readonly #pages = new Set<ServerResponse>();
  #told = '';
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  /** `state`: anything that differs when a page should be drawn anew. */
  constructor(state: () => string) {
    this.#state = state;
  }

  /** Answers a request for events; it lasts until the page or the server goes. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'",
      'X-Content-Type-Options': 'nosniff',
    });
    // The page was drawn before it began to listen: the first event closes that gap.
    response.write('retry: 1000\nevent: changed\ndata: {}\n\n');
    this.#pages.add(response);
    if (this.#timer === undefined) {
      this.#told = this.#state();
      this.#timer = setInterval(() => this.#tick(), INTERVAL).unref();
    }
    request.once('close', () => {
      this.#pages.delete(response);
      if (this.#pages.size === 0) this.stop();
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    this.#ticks += 1;
    const state = this.#state();
    if (state !== this.#told) {
      this.#told = state;
      this.#tell('event: changed\ndata: {}\n\n');
    } else if (this.#ticks % HEARTBEATS_EVERY === 0) {
      this.#tell(':\n\n');
    }
  }

  #tell(event: string): void {
    for (const response of this.#pages) response.write(event);
  }
}
