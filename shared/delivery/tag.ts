/**
 * What says which message of ours a mail is: what support looks for, and what a look-up of the sent copy can find.
 */
import type { HeaderField } from '../message/message.ts';

/** The header, in every form and on every transport. @param id Postrider's id of the message. */
export const tagOf = (id: string): HeaderField => ({ name: 'X-Postrider-Id', value: id });

/**
 * Name of the same tag as an extended property, in a property set of our own. Graph cannot filter by header, but by this
 * (https://learn.microsoft.com/graph/api/resources/extended-properties-overview). Only JSON carries it.
 */
export const tagProperty = 'String {5b0b6f5c-3d0e-4c8a-9a55-7c1f2e94d6a1} Name PostriderId';

/**
 * A filter for messages with the tag, percent-encoded for a query
 * (https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get).
 *
 * @param id Postrider's id of the message.
 */
export const tagFilter = (id: string): string =>
  encodeURIComponent(
    `singleValueExtendedProperties/Any(ep: ep/id eq '${tagProperty}' and ep/value eq '${id}')`,
  );
