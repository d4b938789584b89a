/**
 * A body of plain text or HTML as fields: the text itself as `message`, and what its lines say as `Name: value`.
 */
import { withoutTags } from './html-text.ts';
import { flatten, type Leaf } from './leaves.ts';

/** Lines that are looked at. */
const lineLimit = 60;

/** Fields of a text. */
export interface TextFields {
  /** One leaf, `message`; none when the text says nothing. */
  readonly leaves: readonly Leaf[];
  /** Fields that its lines hold. The text shows them already, they only help to understand it. */
  readonly hints: readonly Leaf[];
  /** Without tags. */
  readonly text: string;
}

/** Reads a text. */
export function readTextBody(text: string, html: boolean): TextFields {
  const plain = (html ? withoutTags(text) : text).trim();
  if (plain === '') return { leaves: [], hints: [], text: '' };
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const pairs = pairsOf(plain);
  const [first = '', second] = plain
    .slice(0, 1000)
    .split('\n')
    .filter((line) => line.trim() !== '');
  for (const [name, value] of pairs) fields[name] ??= value;
  // One colon makes no form: "Backup: done" is a sentence.
  return {
    // "The following was logged:" announces the line that tells.
    leaves: flatten({
      message:
        first.trimEnd().endsWith(':') && second ? `${first} ${plain.slice(first.length).trimStart()}` : plain,
    }).leaves,
    hints: pairs.length >= 3 ? flatten(fields).leaves : [],
    text: plain,
  };
}

/** Pairs by lines (`State: CRITICAL`), or on one line in the style of logfmt (`level=error msg="disk full"`). */
function pairsOf(text: string): readonly (readonly [string, string])[] {
  const cef = readCef(text);
  if (cef) return cef;
  const lines = text.slice(0, 8000).split(/\r?\n/, lineLimit);
  const byLine = lines.flatMap((line) => {
    const match = /^\s{0,8}[*-]?\s?([A-Za-z][\w ./-]{0,30}?)\s{0,20}(?::\s|=)\s{0,20}(\S.{0,500})$/.exec(
      line,
    );
    return match ? [[match[1] ?? '', match[2] ?? ''] as const] : [];
  });
  if (byLine.length >= 3 || lines.length > 3) return byLine;
  const found = (lines[0] ?? '').matchAll(
    /(?:^|\s)([A-Za-z][\w.-]{0,40})=(?:"([^"]{0,1000})"|([^\s"]{1,300}))/g,
  );
  return [...found].map((match) => [match[1] ?? '', match[2] ?? match[3] ?? ''] as const);
}

/** Common Event Format of security devices: `CEF:0|vendor|product|version|id|name|severity|extension`, severity 0 to 10. */
function readCef(text: string): readonly (readonly [string, string])[] | undefined {
  const match =
    /^.{0,200}?CEF:\d\|([^|]{0,200})\|([^|]{0,200})\|[^|]{0,100}\|[^|]{0,100}\|([^|]{1,500})\|([^|]{0,20})\|/.exec(
      text,
    );
  if (!match) return undefined;
  const level = Number(match[4]);
  const word = [
    'low',
    'low',
    'low',
    'low',
    'medium',
    'medium',
    'medium',
    'high',
    'high',
    'critical',
    'critical',
  ][level];
  return [
    ['title', match[3] ?? ''],
    ['severity', word ?? match[4] ?? ''],
    ['product', `${match[1]} ${match[2]}`],
  ];
}
