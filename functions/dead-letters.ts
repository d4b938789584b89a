import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { operator, serve } from './serve.ts';

/** `GET /operator/dead-letters`: the messages of all submitters that wait for a person. */
serve(
  'operator-dead-letters',
  { methods: ['GET'], route: 'operator/dead-letters', who: operator('viewer') },
  async ({ request }) => {
    const page = await bridge.deadLetters.list(new URL(request.url).searchParams);
    if (!page.ok) return page;
    const { data, next } = page.value;
    // RFC 8288
    const link = next && { link: `</operator/dead-letters?${next.toString()}>; rel="next"` };
    return json(200, { object: 'list', data, has_more: next !== undefined }, { ...link });
  },
);

/** `GET /operator/dead-letters/{id}`: one of them, with its timeline and its message. */
serve(
  'operator-dead-letters-get',
  { methods: ['GET'], route: 'operator/dead-letters/{id}', who: operator('operator') },
  async ({ request, author }) => {
    const letter = await bridge.deadLetters.show(author, request.params['id'] ?? '');
    return letter.ok ? json(200, letter.value) : letter;
  },
);

for (const verb of ['replay', 'discard'] as const) {
  /** `POST /operator/dead-letters/{id}/replay` and `/discard`: one of them. */
  serve(
    `operator-dead-letters-${verb}`,
    { methods: ['POST'], route: `operator/dead-letters/{id}/${verb}`, who: operator('operator') },
    async ({ request, author }) => {
      const id = request.params['id'] ?? '';
      const decided = await bridge.deadLetters.decide(author, verb, id);
      return decided.ok ? json(200, { object: 'dead_letter', id }) : decided;
    },
  );

  /** `POST /operator/dead-letters/replay` and `/discard`: all that the filter in the body leaves. */
  serve(
    `operator-dead-letters-${verb}-all`,
    { methods: ['POST'], route: `operator/dead-letters/${verb}`, who: operator('operator'), body: true },
    async ({ author, body }) => {
      const counts = await bridge.deadLetters.decideAll(author, verb, body);
      return counts.ok ? json(200, { object: 'dead_letters', ...counts.value }) : counts;
    },
  );
}
