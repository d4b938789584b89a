/** Typeform's responses (typeform.com/developers, "Example payload"), and Google Forms' events as common scripts post them. */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, fields, first, has, isFields, list, one, shown, text, when, type Fields } from '../sketch.ts';

export const typeform: Adapter = {
  name: 'typeform',
  label: 'Typeform, Google Forms',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!isFields(value)) return undefined;
    if (has(value, 'event_type', 'form_response') && isFields(value['form_response']))
      return response(value, value['form_response']);
    // FormsApp's event: answers by question, each a list.
    const named = value['namedValues'];
    if (!isFields(named) || !Object.values(named).every((given) => Array.isArray(given))) return undefined;
    return one('typeform', {
      title: `New answer to ${first(value['formTitle'], value['title'], value['form']) || 'the form'}`,
      severity: 'info',
      facts: Object.entries(named).slice(0, 200),
    });
  },
};

function response(value: Fields, of: Fields): Reading {
  const questions = new Map(
    list(at(of, 'definition', 'fields')).map((field) => [text(at(field, 'id')), text(at(field, 'title'))]),
  );
  const title = first(at(of, 'definition', 'title')) || `form ${text(of['form_id'])}`;
  return one(
    'typeform',
    {
      title: `New answer to ${title}`,
      severity: 'info',
      facts: [
        ...list(of['answers'])
          .slice(0, 200)
          .map(
            (given) =>
              [
                questions.get(text(at(given, 'field', 'id'))) || first(at(given, 'field', 'ref')) || 'Answer',
                answer(given),
              ] as const,
          ),
        ...Object.entries(fields(of['hidden'])).slice(0, 50),
        ['Score', at(of, 'calculated', 'score')],
        ['Response', of['token']],
      ],
      links: list(of['answers']).map((given) => ['File', at(given, 'file_url')]),
      startedAt: when(of['submitted_at']),
    },
    { deliveryKey: text(value['event_id']) || undefined },
  );
}

/** The value is in a field named by the answer's type. */
function answer(given: unknown): string {
  const of = fields(given);
  const inner = of[text(of['type'])];
  const label = first(at(inner, 'label'), at(inner, 'other'));
  if (label !== '') return label;
  const labels = list(at(inner, 'labels'));
  return shown(labels.length > 0 ? labels : inner).replaceAll('\n', ', ');
}
