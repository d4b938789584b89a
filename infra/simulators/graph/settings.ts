/** What may be changed while the pretend Graph runs; it holds for the next request. */
import type { OVERSIZE } from './errors.ts';

export interface GraphSettings {
  /** Requests of one app that may be in flight together, over all mailboxes; default 4, as documented. */
  concurrency: number;
  /** `Retry-After` of the 429 for too many at once, default `2.128` (the fraction is Microsoft's own sample). */
  retryAfter: string;
  /** Milliseconds every carried out request takes, default 0. */
  latency: number;
  /** Which of the reported answers a request over 4 MB gets, default `entity` (413). */
  oversize: keyof typeof OVERSIZE;
  /** Milliseconds from the acceptance until the copy lies in Sent Items, default 0. */
  sentItemsLag: number;
  /**
   * What a draft looks like between `/send` and Sent Items. Microsoft only says that reading it "may not succeed"
   * then, so both are possible: `draft` (the default, and the worse one: a second `/send` makes a second copy) or
   * `missing` (404).
   */
  whileSending: 'draft' | 'missing';
  /** Whether Exchange keeps the caller's Message-ID. Not documented, so not to be relied on. Default: only of MIME. */
  keepsMessageId: { readonly json: boolean; readonly mime: boolean };
  /** Bytes of a message with its attachments, before base64, that may be sent; default 150 MB (the mailbox's own is often 35). */
  maxMessageSize: number;
  /** Milliseconds an upload session lives, default an hour. */
  uploadLifetime: number;
  /** How the expected range is spelt: as documented (`mixed`, the default), or as it occurs in other clouds. */
  uploadSpelling: 'mixed' | 'pascal';
  /** Bytes of requests that an app may write to a mailbox within `uploadWindow`, default 150 MB, as documented. */
  uploadBudget: number;
  /** Milliseconds, default 5 minutes. */
  uploadWindow: number;
}

export const DEFAULT_SETTINGS: GraphSettings = {
  concurrency: 4,
  retryAfter: '2.128',
  latency: 0,
  oversize: 'entity',
  sentItemsLag: 0,
  whileSending: 'draft',
  keepsMessageId: { json: false, mime: true },
  maxMessageSize: 150 * 1024 * 1024,
  uploadLifetime: 60 * 60 * 1000,
  uploadSpelling: 'mixed',
  uploadBudget: 150 * 1024 * 1024,
  uploadWindow: 5 * 60 * 1000,
};
