/**
 * The crash points of one message, as a table: where its process is killed, and what must follow. docs/decisions/0010-crash-points.md
 * says why.
 */
import type { SmtpFault } from '../../infra/simulators/exchange-smtp/faults.ts';
import type { GraphFault } from '../../infra/simulators/graph/faults.ts';
import type { Step } from '../torture/crash-points.ts';
import type { Phase } from '../torture/http-proxy.ts';

/** What is done at a point, and what must follow. */
export interface CrashCase {
  /** `step phase`; the process is killed at each in turn. Empty when it is killed at a fault. */
  readonly at: readonly `${Step} ${Phase}`[];
  /** What is special, for the name. */
  readonly but?: string;
  readonly mail?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, string>>;
  readonly permissions?: readonly string[];
  /** A fault of Graph that is programmed beforehand. */
  readonly graph?: GraphFault;
  /** A fault in which the process waits in vain: it is killed when it has met it. */
  readonly hang?: { readonly graph: GraphFault } | { readonly smtp: SmtpFault };
  /** Names of the events; the last one is where it ends. */
  readonly timeline: readonly string[];
  readonly copies: number;
  /** Whether the first request of the submitter got no answer: what its repetition is told. */
  readonly repeated?: 'as new' | 'as replayed';
  /** Blobs of content left over. */
  readonly blobs?: number;
}

const relayed = ['accepted', 'sending', 'relayed'];
/** The claim lapsed, and the message was sent again. */
const again = ['accepted', 'sending', 'unknown', 'sending', 'relayed'];
const held = ['accepted', 'sending', 'unknown'];
/** The sent copy was seen. */
const found = ['accepted', 'sending', 'unknown', 'relayed'];
const deferred = ['accepted', 'sending', 'deferred', 'sending', 'relayed'];

const hold = { on_unknown: 'hold' };
const look = ['Mail.Read'];
export const express = { prefer: 'wait=20' };
const busy: GraphFault = { kind: 'status', status: 503 };
const smtp = { POSTRIDER_TRANSPORTS: 'smtp' };
/** So late that on no machine the time has come before the doorbell is hung up: one for now is another step. */
const unhurried = { POSTRIDER_RETRY_SCHEDULE: '10s' };
export const file = (bytes: number) => ({
  attachments: [{ filename: 'a.bin', content: Buffer.alloc(bytes, 7).toString('base64') }],
});
/** Too large for its row. */
const blob = file(800_000);
/** Too large for `sendMail`. */
const draft = { mail: file(3_500_000), permissions: ['Mail.ReadWrite'] };

export const crashCases: readonly CrashCase[] = [
  // Accepting.
  {
    at: ['content-staged committed'],
    mail: blob,
    timeline: relayed,
    copies: 1,
    repeated: 'as new',
    blobs: 1,
  },
  { at: ['row-insert sent'], timeline: relayed, copies: 1, repeated: 'as new' },
  { at: ['row-insert committed'], timeline: relayed, copies: 1, repeated: 'as replayed' },
  { at: ['doorbell-put sent'], timeline: relayed, copies: 1, repeated: 'as replayed' },
  { at: ['doorbell-put committed'], timeline: relayed, copies: 1, repeated: 'as replayed' },
  // Sending within the call.
  { at: ['express-insert sent'], headers: express, timeline: relayed, copies: 1, repeated: 'as new' },
  { at: ['express-insert committed'], headers: express, timeline: again, copies: 1, repeated: 'as replayed' },
  {
    at: ['express-insert committed'],
    but: 'hold',
    headers: express,
    mail: hold,
    timeline: held,
    copies: 0,
    repeated: 'as replayed',
  },
  {
    at: ['graph-send sent'],
    but: 'express',
    headers: express,
    timeline: again,
    copies: 1,
    repeated: 'as replayed',
  },
  {
    at: ['graph-send committed'],
    but: 'express',
    headers: express,
    timeline: again,
    copies: 2,
    repeated: 'as replayed',
  },
  {
    at: ['graph-send committed'],
    but: 'express, hold',
    headers: express,
    mail: hold,
    timeline: held,
    copies: 1,
    repeated: 'as replayed',
  },
  {
    at: ['settle committed'],
    but: 'express',
    headers: express,
    timeline: relayed,
    copies: 1,
    repeated: 'as replayed',
  },
  // A turn, until the message is handed over.
  { at: ['doorbell-taken committed'], timeline: relayed, copies: 1 },
  { at: ['row-read answered'], timeline: relayed, copies: 1 },
  { at: ['claim sent'], timeline: relayed, copies: 1 },
  { at: ['claim committed'], timeline: again, copies: 1 },
  { at: ['claim committed'], but: 'hold', mail: hold, timeline: held, copies: 0 },
  { at: ['claim committed'], but: 'look-up', permissions: look, timeline: again, copies: 1 },
  { at: ['token sent'], timeline: again, copies: 1 },
  // Graph.
  { at: ['graph-send sent'], timeline: again, copies: 1 },
  { at: ['graph-send committed'], timeline: again, copies: 2 },
  { at: ['graph-send committed'], but: 'hold', mail: hold, timeline: held, copies: 1 },
  { at: ['graph-send committed'], but: 'look-up', permissions: look, timeline: found, copies: 1 },
  {
    at: ['graph-send answered'],
    but: 'look-up, hold',
    mail: hold,
    permissions: look,
    timeline: found,
    copies: 1,
  },
  { at: ['graph-send committed', 'graph-look committed'], permissions: look, timeline: found, copies: 1 },
  // SMTP.
  {
    at: [],
    but: 'smtp-body',
    settings: smtp,
    hang: { smtp: { kind: 'hang', at: 'body' } },
    timeline: again,
    copies: 1,
  },
  {
    at: [],
    but: 'smtp-body, hold',
    settings: smtp,
    mail: hold,
    hang: { smtp: { kind: 'hang', at: 'body' } },
    timeline: held,
    copies: 0,
  },
  {
    at: [],
    but: 'smtp-accepted',
    settings: smtp,
    hang: { smtp: { kind: 'hang', at: 'dot', accepted: true } },
    timeline: again,
    copies: 2,
  },
  {
    at: [],
    but: 'smtp-accepted, hold',
    settings: smtp,
    mail: hold,
    hang: { smtp: { kind: 'hang', at: 'dot', accepted: true } },
    timeline: held,
    copies: 1,
  },
  // A draft.
  { at: ['draft-created committed'], ...draft, timeline: again, copies: 1 },
  { at: ['draft-noted sent'], ...draft, timeline: again, copies: 1 },
  { at: ['draft-noted committed'], ...draft, timeline: again, copies: 1 },
  { at: ['draft-file committed'], ...draft, timeline: again, copies: 1 },
  {
    at: [],
    but: 'upload',
    ...draft,
    hang: { graph: { kind: 'hang', step: 'upload' } },
    timeline: again,
    copies: 1,
  },
  { at: ['graph-send sent'], but: 'draft', ...draft, timeline: again, copies: 1 },
  { at: ['graph-send committed'], but: 'draft', ...draft, timeline: found, copies: 1 },
  // Writing down what came of it.
  { at: ['settle sent'], timeline: again, copies: 2 },
  { at: ['settle sent'], but: 'hold', mail: hold, timeline: held, copies: 1 },
  { at: ['settle sent'], but: 'look-up', permissions: look, timeline: found, copies: 1 },
  { at: ['settle committed'], timeline: relayed, copies: 1 },
  { at: ['content-removed sent'], mail: blob, timeline: relayed, copies: 1, blobs: 1 },
  { at: ['doorbell-deleted sent'], timeline: relayed, copies: 1 },
  // Waiting for another attempt.
  { at: ['postpone sent'], graph: busy, timeline: again, copies: 1 },
  { at: ['postpone sent'], but: 'hold', mail: hold, graph: busy, timeline: held, copies: 0 },
  { at: ['postpone committed'], graph: busy, timeline: deferred, copies: 1 },
  { at: ['doorbell-later sent'], graph: busy, settings: unhurried, timeline: deferred, copies: 1 },
  { at: ['doorbell-later committed'], graph: busy, settings: unhurried, timeline: deferred, copies: 1 },
  // The sweep, after a doorbell was lost.
  { at: ['doorbell-put sent', 'sweep-mark sent'], timeline: relayed, copies: 1 },
  { at: ['doorbell-put sent', 'sweep-mark committed'], timeline: relayed, copies: 1 },
  { at: ['doorbell-put sent', 'sweep-ring sent'], timeline: relayed, copies: 1 },
  { at: ['doorbell-put sent', 'sweep-ring committed'], timeline: relayed, copies: 1 },
];
