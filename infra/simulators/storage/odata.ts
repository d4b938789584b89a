/** The OData dress of the table service's answers. */
import type { Metadata } from './entity.ts';
import type { Answer, Call } from './service.ts';

/** What the client's Accept header asks for; without a word: minimal. */
export function metadataOf({ headers }: Pick<Call, 'headers'>): Metadata {
  const wanted = /odata=(no|minimal|full)metadata/i.exec(headers.accept ?? '')?.[1]?.toLowerCase();
  return wanted === 'no' || wanted === 'full' ? wanted : 'minimal';
}

/** @param context what follows `$metadata#`: `Orders` or `Orders/@Element`. */
export function answerOdata(
  call: Call,
  status: number,
  json: Readonly<Record<string, unknown>>,
  context: string,
  headers: Readonly<Record<string, string | undefined>> = {},
): Answer {
  const metadata = metadataOf(call);
  const link = metadata === 'no' ? {} : { 'odata.metadata': `${call.account}/$metadata#${context}` };
  return {
    status,
    headers: {
      ...headers,
      'content-type': `application/json;odata=${metadata}metadata;streaming=true;charset=utf-8`,
    },
    body: JSON.stringify({ ...link, ...json }),
  };
}
