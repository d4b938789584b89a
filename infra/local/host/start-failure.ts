/**
 * A reason not to start that the person at the keyboard can mend: a taken port, a throwing app file, storage out of
 * reach. The message is one sentence that stands alone and names what to change; `cause` keeps the original error for
 * `POSTRIDER_DEBUG`.
 */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

/** First line of an error's message, without a trailing full stop, to be quoted inside another sentence. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const line = (text.split('\n')[0] ?? '').trim().replace(/\.$/, '');
  return line || code || 'unknown error';
}
