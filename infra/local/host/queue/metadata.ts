import type { TypedData } from '../rpc.ts';
import type { QueueMessage } from './message.ts';

/**
 * The trigger metadata of a queue message. As in the host, every top-level member of a JSON object body that is
 * neither null nor an array overwrites the member of that name, case ignored: a message `{"dequeueCount":99}` lies
 * about its own attempts. Source: Utility.ApplyBindingData of github.com/Azure/azure-functions-host.
 */
export function triggerMetadata(message: QueueMessage, text: string): Record<string, TypedData> {
  const metadata: Record<string, TypedData> = Object.assign(Object.create(null), {
    QueueTrigger: { string: text },
    DequeueCount: { json: String(message.dequeueCount) },
    ExpirationTime: dateTimeOffset(message.expiresOn),
    Id: { string: message.id },
    InsertionTime: dateTimeOffset(message.insertedOn),
    NextVisibleTime: dateTimeOffset(message.nextVisibleOn),
    PopReceipt: { string: message.popReceipt },
  });
  for (const [name, value] of Object.entries(jsonObject(text))) {
    if (value === null || Array.isArray(value)) continue;
    const lower = name.toLowerCase();
    const known = Object.keys(metadata).find((key) => key.toLowerCase() === lower);
    if (known !== undefined) delete metadata[known];
    metadata[name] =
      typeof value === 'object' ? { json: JSON.stringify(value) } : { string: dotNetText(value) };
  }
  return metadata;
}

function jsonObject(text: string): Record<string, unknown> {
  if (!/^\s*\{/.test(text)) return {};
  try {
    const value: Record<string, unknown> = JSON.parse(text);
    return value;
  } catch {
    return {};
  }
}

/** .NET writes truth values with a capital. */
function dotNetText(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
}

/** ISO 8601 with `+00:00`, as JSON text: what a .NET DateTimeOffset becomes. */
function dateTimeOffset(date: string): TypedData {
  return { json: JSON.stringify(new Date(date).toISOString().replace(/(?:\.\d{3})?Z$/, '+00:00')) };
}
