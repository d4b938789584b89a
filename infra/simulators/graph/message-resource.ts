/** A message as Graph shows it: https://learn.microsoft.com/graph/api/resources/message, read 2026-11. */
import { normalPropertyId } from './filter.ts';
import { idOf, type Folder, type Sight } from './items.ts';
import type { MailAddress } from './json-message.ts';

/** What of a message is wanted. */
export interface Selection {
  /** Names in `$select`; undefined: the usual ones. */
  readonly select: ReadonlySet<string> | undefined;
  /** Ids of extended properties in `$expand`, in the form in which they compare. */
  readonly properties: readonly string[];
  readonly immutableIds: boolean;
}

/** Only shown when they are selected by name. */
const ON_REQUEST = new Set(['internetMessageHeaders']);

/** Names that `$select` takes: exactly those that are shown here. */
export const SELECTABLE: ReadonlySet<string> = new Set(
  `id createdDateTime lastModifiedDateTime receivedDateTime sentDateTime hasAttachments internetMessageId subject
   importance parentFolderId isDraft isRead from sender toRecipients ccRecipients bccRecipients
   internetMessageHeaders`.split(/\s+/u),
);

/** The id of a folder. Graph takes its well-known name as well. */
export function folderId(folder: Folder): string {
  return `AQMkADk0MTU2ZjY1LTY0OTktNDE4MC1hMWIxAC4AAAMAAAAAAQ${folder === 'drafts' ? '8' : '9'}AAAA=`;
}

/** Whatever is not selected is left out; the id always stays, as with the real one. */
export function messageResource({ item, folder }: Sight, selection: Selection): Record<string, unknown> {
  const { description: about } = item;
  const sentAt = timestamp(item.sent?.at ?? item.createdAt);
  const all: Record<string, unknown> = {
    id: idOf(item, folder, selection.immutableIds),
    createdDateTime: timestamp(item.createdAt),
    lastModifiedDateTime: sentAt,
    receivedDateTime: sentAt,
    sentDateTime: sentAt,
    hasAttachments: about.hasAttachments || (item.draft?.attachments.length ?? 0) > 0,
    internetMessageId: item.internetMessageId,
    subject: about.subject,
    importance: about.importance,
    parentFolderId: folderId(folder),
    isDraft: folder === 'drafts',
    isRead: true,
    from: recipient(about.from),
    sender: recipient(about.from),
    toRecipients: about.to.map(recipient),
    ccRecipients: about.cc.map(recipient),
    bccRecipients: about.bcc.map(recipient),
    internetMessageHeaders: about.headers,
  };
  const { select } = selection;
  const shown = Object.entries(all).filter(([name]) =>
    select === undefined ? !ON_REQUEST.has(name) : name === 'id' || select.has(name),
  );
  const properties = about.properties.filter(({ id }) => selection.properties.includes(normalPropertyId(id)));
  return {
    ...Object.fromEntries(shown),
    ...(properties.length === 0 ? {} : { singleValueExtendedProperties: properties }),
  };
}

function recipient({ name, address }: MailAddress): unknown {
  return { emailAddress: { name: name || address, address } };
}

/** Without a fraction, as Exchange shows it. */
function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
