import { app } from '@azure/functions';
import { answer, json } from '../shared/http.ts';
import { bridge } from './bridge.ts';

/** `GET /openapi.json`: the API described in OpenAPI 3.1, made from the schemas that check the requests. */
app.http('openapi', {
  methods: ['GET'],
  route: 'openapi.json',
  authLevel: 'anonymous',
  handler: () =>
    answer(bridge.log, async () => {
      const { openApiDocument } = await import('../shared/submission/openapi.ts');
      return json(200, openApiDocument(), { 'cache-control': 'public, max-age=3600' });
    }),
});
