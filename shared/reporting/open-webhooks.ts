/**
 * Puts together what telling needs. Loads the client, which the half that accepts has no use for.
 */
import type { Config } from '../platform/config.ts';
import type { WebhookParts } from './webhook-turn.ts';

/** @param parts what the bridge has. */
export async function openWebhooks({
  config,
  ...parts
}: Omit<WebhookParts, 'post'> & { readonly config: Config }): Promise<WebhookParts> {
  const { createWebhookClient, systemResolve } = await import('./webhook-client.ts');
  const { webhookAllowPrivate: allowPrivate } = config;
  const post = createWebhookClient({ allowPrivate, clock: parts.clock, resolve: systemResolve });
  return { ...parts, post };
}
