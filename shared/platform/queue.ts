/**
 * Entries of the queues: JSON in base64, as `host.json` (`messageEncoding: base64`) expects it. A door.
 *
 * The names in an entry avoid those of the trigger's metadata (`id`, `dequeueCount`, …): top-level members of a JSON queue message
 * overwrite that metadata in the host, so that `{"id": …}` would forge it (webjobs SDK, Utility.ApplyBindingData).
 */
import type { QueueClient } from '@azure/storage-queue';

/** Azure Queue Storage hides a message for at most 7 days (https://learn.microsoft.com/rest/api/storageservices/put-message). */
const longestDelaySeconds = 7 * 86_400 - 60;

/** The text put into the queue. */
export const encodeEntry = (entry: object): string => Buffer.from(JSON.stringify(entry)).toString('base64');

/**
 * Reads what the trigger hands over: the host has decoded the base64 and, where it could, parsed the JSON.
 *
 * @returns undefined when it is no JSON object.
 */
export function decodeEntry(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const entry = typeof value === 'string' ? tryJson(value) : value;
  return typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : undefined;
}

/**
 * Puts an entry into a queue, which is created if it turns out to be missing. It never expires: the default of 7 days would
 * silently drop a doorbell of a long outage.
 *
 * @param delaySeconds how long the entry stays invisible; at most 7 days.
 * @throws RestError when the queue cannot be reached.
 */
export async function putEntry(client: QueueClient, entry: object, delaySeconds: number): Promise<void> {
  const visibilityTimeout = Math.min(longestDelaySeconds, Math.max(0, Math.ceil(delaySeconds)));
  const options = { visibilityTimeout, messageTimeToLive: -1 };
  const text = encodeEntry(entry);
  try {
    await client.sendMessage(text, options);
  } catch (error) {
    if ((error as { code?: string }).code !== 'QueueNotFound') throw error;
    await client.createIfNotExists();
    await client.sendMessage(text, options);
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
