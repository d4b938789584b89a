/**
 * What every request goes through, whatever it wants and at whichever door: the app's places and its upload budget, the
 * watch over early retries, and the faults.
 */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultScript } from '../faults.ts';
import { GRAPH } from './errors.ts';
import { answer, type Exchange, type Reply } from './exchange.ts';
import { answerStatusFault, strikes, type GraphFault, type StatusAnswer, type Step } from './faults.ts';
import { Places } from './places.ts';
import type { GraphSettings } from './settings.ts';
import { RetryWatch, UploadBudget } from './throttling.ts';

/** Who wants what. */
export interface Visit {
  /** Client id. */
  readonly app: string;
  /** Primary address of the mailbox, or what the client took for one. */
  readonly address: string;
  readonly step: Step;
}

/**
 * Does what the request wants. It is given the fault that strikes, and a way to wait as long as settings and fault
 * say, for the moment between reading the request and carrying it out. Undefined: nobody is left to be answered.
 */
export type Act = (wait: () => Promise<void>, fault: GraphFault | undefined) => Promise<Reply | undefined>;

export class Reception {
  readonly places = new Places();
  readonly retries = new RetryWatch();
  readonly #budget = new UploadBudget();
  readonly #settings: GraphSettings;
  readonly #faults: FaultScript<GraphFault>;

  constructor(settings: GraphSettings, faults: FaultScript<GraphFault>) {
    this.#settings = settings;
    this.#faults = faults;
  }

  /** @param reset cuts the connection of a request with a TCP reset. */
  async receive(
    exchange: Exchange,
    visit: Visit,
    reset: (request: IncomingMessage) => void,
    act: Act,
  ): Promise<void> {
    const { response } = exchange;
    this.retries.arrive(keyOf(visit), exchange.now);
    const leave = this.places.take(visit.app, this.#settings.concurrency);
    if (leave === undefined) {
      const headers = { 'Retry-After': this.#settings.retryAfter };
      return this.#answer(exchange, visit, { ok: false, refusal: GRAPH.throttled, headers });
    }
    // A request that hangs is in flight until the client gives up.
    response.once('close', leave);
    const fault = this.#faults.next((one) => strikes(one, visit.address, visit.step));
    await this.#serve(exchange, visit, fault, reset, act);
    if (response.writableEnded) leave();
    return undefined;
  }

  /** Counts what a request writes. Undefined: it still fits. */
  countBytes(visit: Visit, bytes: number, now: number): Reply | undefined {
    const { uploadBudget, uploadWindow } = this.#settings;
    const wait = this.#budget.take(keyOf(visit), bytes, uploadBudget, uploadWindow, now);
    if (wait === undefined) return undefined;
    const headers = { 'Retry-After': String(Math.ceil(wait / 1000)) };
    return { ok: false, refusal: GRAPH.uploadThrottled, headers };
  }

  async #serve(
    exchange: Exchange,
    visit: Visit,
    fault: GraphFault | undefined,
    reset: (request: IncomingMessage) => void,
    act: Act,
  ): Promise<void> {
    const { request } = exchange;
    if (fault?.kind === 'status') return this.#answerFault(exchange, visit, fault);
    if (fault?.kind === 'reset-before') return reset(request);
    if (fault?.kind === 'hang' && fault.accepted !== true) return undefined;

    // After the body: a client that gives up while waiting cannot take back what it has sent.
    const ms = this.#settings.latency + (fault?.kind === 'slow' ? fault.ms : 0);
    const reply = await act(async () => {
      if (ms > 0) await pause(ms);
    }, fault);
    if (reply === undefined) return undefined;
    // What is not valid is refused, under a fault too.
    if (!reply.ok) return this.#answer(exchange, visit, reply);
    switch (fault?.kind) {
      case 'accept-then-status':
        return this.#answerFault(exchange, visit, fault);
      case 'reset-after-accept':
        return reset(request);
      case 'hang':
        return undefined;
      case 'accept-with-retry-after':
        return this.#answer(exchange, visit, reply, { 'Retry-After': fault.retryAfter });
      case 'slow':
      case 'break-range':
      case 'session-gone':
      case undefined:
        return this.#answer(exchange, visit, reply);
    }
  }

  #answer(exchange: Exchange, visit: Visit, reply: Reply, more: OutgoingHttpHeaders = {}): void {
    const retryAfter = reply.ok ? undefined : reply.headers?.['Retry-After'];
    if (retryAfter !== undefined) this.retries.tell(keyOf(visit), String(retryAfter), exchange.now);
    answer(exchange, reply, more);
  }

  #answerFault(exchange: Exchange, visit: Visit, fault: StatusAnswer): void {
    const { status, retryAfter } = fault;
    if (retryAfter !== undefined && (status === 429 || status === 503)) {
      this.retries.tell(keyOf(visit), retryAfter, exchange.now);
    }
    answerStatusFault(exchange.response, fault, exchange, exchange.headers);
  }
}

/** Outlook's limits hold for an app in a mailbox. */
function keyOf({ app, address }: Visit): string {
  return `${app} ${address}`;
}
