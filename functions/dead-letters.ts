import { json } from '../shared/http.ts';
import { bridge } from './bridge.ts';
import { operate } from './operate.ts';

/** `GET /operator/dead-letters`: the messages of all submitters that wait for a person. */
operate(
  'operator-dead-letters',
  { methods: ['GET'], route: 'dead-letters', role: 'viewer' },
  async ({ request }) => {
    const page = await (await bridge.desk()).deadLetters.list(new URL(request.url).searchParams);
    if (!page.ok) return page;
    const { data, next } = page.value;
    // RFC 8288
    const link = next && { link: `</operator/dead-letters?${next.toString()}>; rel="next"` };
    return json(200, { object: 'list', data, has_more: next !== undefined }, { ...link });
  },
);

/** `GET /operator/dead-letters/{id}`: one of them, with its timeline and its message. */
operate(
  'operator-dead-letters-get',
  { methods: ['GET'], route: 'dead-letters/{id}', role: 'operator' },
  async ({ request, author }) => {
    const letter = await (await bridge.desk()).deadLetters.show(author, request.params['id'] ?? '');
    return letter.ok ? json(200, letter.value) : letter;
  },
);

for (const verb of ['replay', 'discard'] as const) {
  /** `POST /operator/dead-letters/{id}/replay` and `/discard`: one of them. */
  operate(
    `operator-dead-letters-${verb}`,
    { methods: ['POST'], route: `dead-letters/{id}/${verb}`, role: 'operator' },
    async ({ request, author }) => {
      const id = request.params['id'] ?? '';
      const decided = await (await bridge.desk()).deadLetters.decide(author, verb, id);
      return decided.ok ? json(200, { object: 'dead_letter', id }) : decided;
    },
  );

  /** `POST /operator/dead-letters/replay` and `/discard`: all that the filter in the body leaves. */
  operate(
    `operator-dead-letters-${verb}-all`,
    { methods: ['POST'], route: `dead-letters/${verb}`, role: 'operator', body: true },
    async ({ author, body }) => {
      const counts = await (await bridge.desk()).deadLetters.decideAll(author, verb, body);
      return counts.ok ? json(200, { object: 'dead_letters', ...counts.value }) : counts;
    },
  );
}
