/**
 * What a hook's body says, whoever sent it: one shape for monitoring tools, devices and everything else.
 *
 * An adapter is a pure function that knows the bodies of one sender. What no adapter takes for its own, the generic reading reads.
 * Everything in an alert is text from outside: nothing is escaped yet, nothing is cut, and no link has been looked at.
 */

/** How bad it is. `ok` is what a resolved alert has; `unknown` where nothing in the body tells. */
export const severities = ['critical', 'error', 'warning', 'info', 'ok', 'unknown'] as const;
export type Severity = (typeof severities)[number];

/**
 * What the alert says of itself: `firing` something is wrong, `resolved` it no longer is, `acknowledged` somebody looks after it,
 * `info` an event that neither begins nor ends anything, `test` the sender tries its settings.
 */
export const alertStates = ['firing', 'resolved', 'acknowledged', 'info', 'test'] as const;
export type AlertState = (typeof alertStates)[number];

/** A line of the table below the text. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Where to look closer. `url` as the sender wrote it. */
export interface Link {
  readonly label: string;
  readonly url: string;
}

/** One alert or event. */
export interface Alert {
  /** Name of the adapter, e.g. `alertmanager`; `generic` for the generic reading. */
  readonly source: string;
  /** One line that would do as a subject, without the state word. */
  readonly title: string;
  readonly severity: Severity;
  readonly state: AlertState;
  /** What a person reads first below the title; may have several lines. */
  readonly summary?: string;
  /** What tells this alert from others, most telling first. */
  readonly facts: readonly Fact[];
  /** The first is the one to press. */
  readonly links: readonly Link[];
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  /** The same for the firing and the resolved form of one alert, where the sender gives such an id. */
  readonly threadKey?: string;
}

/** A file that came with the body. */
export interface AlertFile {
  readonly filename: string;
  /** Media type, lower case, without parameters. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** What is made of a request: one mail's worth. */
export interface AlertGroup {
  readonly kind: 'alerts';
  /** At least one, in the order of the sender. */
  readonly alerts: readonly Alert[];
  /** A title for several alerts together, where the sender gives one. */
  readonly title?: string;
  /** Sentences about the body as a whole, such as that the sender left alerts out. */
  readonly notes?: readonly string[];
  /** The sender's own id of this delivery: the same when it repeats a request. */
  readonly deliveryKey?: string;
  readonly files?: readonly AlertFile[];
}

/** The sender does not report anything, it wants an answer. */
export interface Handshake {
  readonly kind: 'handshake';
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  /** What the owner of the hook has to know or do, as a mail; absent when the answer is all. */
  readonly mail?: Alert;
}

/** What an adapter makes of a request; undefined: not mine. */
export type Reading = AlertGroup | Handshake | undefined;

/** A request to a hook, read as far as all adapters need it. */
export interface HookRequest {
  /** Upper case. */
  readonly method: string;
  /** Looks up a header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** Without what carries a credential. */
  readonly query: URLSearchParams;
  /** Media type of the body as it turned out to be, not as the header says: `application/json`, `text/plain`, … */
  readonly mediaType: string;
  /**
   * The body as JSON, or what amounts to it: an object of the fields of a form (a repeated field is an array), or of the elements of
   * XML. A form that carries JSON in its only field, or in `payload`, is that JSON. Integers beyond 2^53 are strings. Undefined when
   * it is none of these. Objects have no prototype.
   */
  readonly value: unknown;
  /** The body as text, by its likely charset. Empty when there is none, for multipart, and for a file. */
  readonly text: string;
  /** Files of a multipart body, or the body itself when it is a file (a photo). */
  readonly files: readonly AlertFile[];
}

/** Knows one sender. */
export interface Adapter {
  /** Lower case, hyphens: what a hook names to say whose bodies it gets. */
  readonly name: string;
  /** The sender's own name, for people. */
  readonly label: string;
  /**
   * Reads a request that may be this sender's. Never throws, whatever the body holds, and takes less than 50 ms for 100 kB.
   *
   * @param request any request.
   * @returns undefined unless the shape is this sender's without doubt.
   */
  read(request: HookRequest): Reading;
}
