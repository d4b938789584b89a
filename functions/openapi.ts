import { json } from '../shared/http.ts';
import { serve } from './serve.ts';

/** `GET /openapi.json`: the API described in OpenAPI 3.1, made from the schemas that check the requests. */
serve('openapi', { methods: ['GET'], route: 'openapi.json' }, async () => {
  const { openApiDocument } = await import('../shared/submission/openapi.ts');
  return json(200, openApiDocument(), { 'cache-control': 'public, max-age=3600' });
});
