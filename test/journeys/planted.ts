/**
 * What must never stand in a log: the secrets that a world was given, what its requests showed, and whatever looks like an address or a
 * credential. Every world searches all of its log for them when it stops, and test/log-watch.ts whatever else logs, so that the whole
 * suite is the proof.
 */
import assert from 'node:assert/strict';

/** Shorter texts would be found by chance. */
const shortest = 8;

const address = /[\w.!#$%&*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+/;

/** What a credential looks like: keys and secrets of ours, tokens, headers, connection strings. */
const credential =
  /\bpr_[0-9a-z]{8}_[0-9a-z]{4,}|\bwhsec_[\w+/=-]{8,}|\beyJ[\w-]{8,}\.[\w-]{4,}|\b(?:Bearer|Basic) [\w+/=.~-]{8,}|\b(?:AccountKey|SharedAccessSignature|sig)=[\w+/=%-]{8,}/;

/** What of a line looks like something that must not be there; undefined when nothing does. */
export const leakIn = (line: string): string | undefined =>
  (address.exec(withoutPaths(line)) ?? credential.exec(line))?.[0];

/** The host's own line of a request has its path, as on Azure. That is why a key in a path is good for one hook only. */
const ofTheHost = /"category":"Function\.[\w-]+","message":"[A-Z]+ \//;

/** Values of settings that are secret, and the secret parts of a connection string. */
export const secretsIn = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries(settings).flatMap(([name, value]) => {
    if (/SECRET|CERTIFICATE/.test(name)) return [value];
    return [...value.matchAll(/(?:AccountKey|SharedAccessSignature)=([^;]+)/g)].map(([, key = '']) => key);
  });

/** The list. */
export class Planted {
  readonly #texts: Set<string>;

  constructor(texts: readonly string[]) {
    this.#texts = new Set(texts);
  }

  /** Notes the credentials of a request, and subject and texts of what it submits. */
  note(headers: Readonly<Record<string, string | undefined>>, body: unknown): void {
    for (const [name, value = ''] of Object.entries(headers)) {
      if (name === 'authorization') this.#texts.add(value.replace(/^\w+ /, ''));
      if (name.endsWith('key') && name !== 'idempotency-key') this.#texts.add(value);
    }
    for (const mail of [body].flat()) {
      if (typeof mail !== 'object' || mail === null) continue;
      const { subject, text, html } = mail as Record<string, unknown>;
      for (const part of [subject, text, html]) if (typeof part === 'string') this.#texts.add(part);
    }
  }

  /** @throws AssertionError with the first line that has one of them. */
  assertNotIn(lines: readonly string[]): void {
    const texts = [...this.#texts].filter((text) => text.length >= shortest);
    for (const line of lines) {
      if (ofTheHost.test(line)) continue;
      const found = texts.find((text) => line.includes(text)) ?? leakIn(line);
      if (found !== undefined) assert.fail(`The log shows "${found.slice(0, 60)}": ${line.slice(0, 500)}`);
    }
  }
}

/** Stacks name files, some of which are in folders such as `pkg@1.2.3`. */
const withoutPaths = (line: string): string => line.replaceAll(/file:\/\/[^\s"')]+/g, '');
