/** SMTP commands as they stand on a line (RFC 5321 section 4.1.1), with the parameters Exchange Online knows. */

export interface SmtpCommand {
  /** Upper case. */
  readonly verb: string;
  /** What follows the verb, trimmed. */
  readonly rest: string;
}

export function parseCommand(line: string): SmtpCommand {
  const [verb = ''] = line.split(' ', 1);
  return { verb: verb.toUpperCase(), rest: line.slice(verb.length).trim() };
}

/** The address of a MAIL or RCPT command and its parameters, names in upper case. */
export interface SmtpPath {
  /** Empty for the null reverse-path `<>`. */
  readonly address: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const MAIL_PARAMETERS = new Set(['SIZE', 'BODY', 'SMTPUTF8', 'RET', 'ENVID', 'AUTH']);
const RCPT_PARAMETERS = new Set(['NOTIFY', 'ORCPT']);

/**
 * Reads `FROM:<address> PARAM=value …` or `TO:<address> …`. A space after the colon is let pass, as Exchange does.
 * `invalid`: which half of the line is wrong.
 */
export function parsePath(
  rest: string,
  keyword: 'FROM' | 'TO',
): SmtpPath | { readonly invalid: 'path' | 'parameters' } {
  const match = /^(FROM|TO):\s*<([^<>]*)>(.*)$/iu.exec(rest);
  if (match?.[1]?.toUpperCase() !== keyword) return { invalid: 'path' };
  const known = keyword === 'FROM' ? MAIL_PARAMETERS : RCPT_PARAMETERS;
  const parameters = new Map<string, string>();
  for (const word of (match[3] ?? '').trim().split(/\s+/u).filter(Boolean)) {
    const [name = '', value = ''] = word.split(/=(.*)/su, 2);
    if (!known.has(name.toUpperCase())) return { invalid: 'parameters' };
    parameters.set(name.toUpperCase(), value);
  }
  return { address: match[2] ?? '', parameters };
}

/** Whether a mailbox address may stand in an envelope: one @, nothing that could not be there unquoted. */
export function isMailboxAddress(address: string, utf8: boolean): boolean {
  if (!utf8 && /[^\x20-\x7e]/u.test(address)) return false;
  return /^("[^"\r\n]+"|[^\s@<>()[\]\\,;:"]+)@(\[[^\]\s]+\]|[^\s@<>()[\]\\,;:"]+)$/u.test(address);
}
