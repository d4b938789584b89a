/**
 * Jotform's submissions (jotform.com/help, "Send submissions to a webhook"): a form whose `rawRequest` is JSON of the answers by
 * `q3_name`, and whose `pretty` has questions and answers as text.
 */
import { trimmedEnd } from '../../platform/trim.ts';
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { fields, given, has, isFields, nested, one, shown, text, first } from '../sketch.ts';
import { asWords } from '../value.ts';

export const jotform: Adapter = {
  name: 'jotform',
  label: 'Jotform',
  read(request: HookRequest): Reading {
    const body = given(request);
    if (!has(body, 'formID') || !(has(body, 'submissionID') || has(body, 'rawRequest'))) return undefined;
    const raw = nested(body['rawRequest']);
    const source = isFields(raw) ? raw : body;
    const answers = Object.entries(fields(source))
      .map(([key, answer]) => [/^q\d{1,4}_(\w+)$/.exec(key)?.[1] ?? '', answer] as const)
      .filter(([name]) => name !== '')
      .slice(0, 200)
      .map(([name, answer]) => [asWords(trimmedEnd(name, /\d/)), joined(answer)] as const);
    const title = first(body['formTitle']) || `form ${text(body['formID'])}`;
    return one(
      'jotform',
      {
        title: `New answer to ${title}`,
        severity: 'info',
        summary: answers.length === 0 ? first(body['pretty']) : '',
        facts: [
          ...answers,
          ['Submission', body['submissionID']],
          ['Form', body['formID']],
          ['From address', body['ip']],
        ],
        links: uploads(source),
      },
      { deliveryKey: first(body['submissionID']) || undefined },
    );
  },
};

/** A name, an address or a date comes in parts. */
function joined(answer: unknown): string {
  return isFields(answer)
    ? Object.values(answer)
        .map((part) => shown(part))
        .filter(Boolean)
        .join(' ')
    : shown(answer);
}

function uploads(source: unknown): readonly (readonly [string, unknown])[] {
  return Object.values(fields(source))
    .flatMap((answer) => (Array.isArray(answer) ? (answer as readonly unknown[]) : [answer]))
    .filter((answer) => /^https:\/\/(?:www\.)?jotform\.com\/uploads\//.test(text(answer)))
    .slice(0, 50)
    .map((answer) => [text(answer).split('/').at(-1) ?? 'File', answer]);
}
