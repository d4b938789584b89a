/**
 * What a message asked for in somebody else's words and cannot have: said to the caller and kept in the timeline, never dropped in
 * silence.
 */

/** One such thing. */
export interface Warning {
  /** The field as its sender spelled it, such as `TrackOpens` or `mail_settings.footer`. */
  readonly field: string;
  /** What becomes of it, one sentence; no content of the message. */
  readonly detail: string;
}

/** Most warnings that are told one by one. */
const listed = 20;

/**
 * The value of `X-Postrider-Warnings`: the fields, as a list of strings (RFC 9651 §3.1). The last member says how many more there are:
 * `"TrackOpens", "MessageStream"`, or `…, "X-Long-List";more=5`.
 *
 * @returns undefined when there are none.
 */
export function warningsHeader(warnings: readonly Warning[]): string | undefined {
  if (warnings.length === 0) return undefined;
  const names = warnings
    .slice(0, listed)
    .map(({ field }) => `"${plain(field, 60).replaceAll(/["\\]/g, '_')}"`);
  const more = warnings.length - names.length;
  return names.join(', ') + (more > 0 ? `;more=${more}` : '');
}

/** The header as it is put among others: nothing when there are no warnings. */
export function warningHeaders(warnings: readonly Warning[]): Readonly<Record<string, string>> {
  const value = warningsHeader(warnings);
  return value === undefined ? {} : { 'x-postrider-warnings': value };
}

/** The warnings as the `accepted` event keeps them, one sentence each. */
export function warningSentences(warnings: readonly Warning[]): readonly string[] {
  const sentences = warnings.slice(0, listed).map(({ field, detail }) => `${plain(field, 60)}: ${detail}`);
  const more = warnings.length - sentences.length;
  return more > 0 ? [...sentences, `… and ${more} more.`] : sentences;
}

/** A name that a caller chose, fit for a header and a log: printable ASCII, short. */
const plain = (text: string, length: number): string =>
  text.slice(0, length).replaceAll(/[^\x20-\x7e]/g, '?') + (text.length > length ? '...' : '');
