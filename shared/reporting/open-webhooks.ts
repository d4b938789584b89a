/**
 * What telling webhooks takes, put together when there is somebody to tell for the first time.
 */
import type { WebhookParts } from './webhook-turn.ts';

/** @param allowPrivate whether webhooks may go to private addresses. */
export async function openWebhooks(
  allowPrivate: boolean,
  parts: Omit<WebhookParts, 'post'>,
): Promise<WebhookParts> {
  const { createWebhookClient, systemResolve } = await import('./webhook-client.ts');
  return {
    ...parts,
    post: createWebhookClient({ allowPrivate, clock: parts.clock, resolve: systemResolve }),
  };
}
