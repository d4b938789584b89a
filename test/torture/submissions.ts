/** What the writers submit: drawn one after another from the seed, whoever of them takes it. */
import { randomBytes } from 'node:crypto';
import type { Random } from './random.ts';

/** One message of a submission. */
export interface Submitted {
  readonly subject: string;
  readonly onUnknown: 'retry' | 'hold';
}

/** One request. Its body stays the same however often it is repeated. */
export interface Submission {
  readonly path: '/emails' | '/emails/batch';
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** In the order of the answer's ids. */
  readonly messages: readonly Submitted[];
}

/** What submissions are drawn with. */
export interface SubmissionParts {
  readonly senders: readonly string[];
  /** How many messages there are in all. */
  readonly messages: number;
  /** Whether some are so large that they go by draft and upload session. */
  readonly drafts: boolean;
  readonly random: Random;
}

/** Draws the next one; undefined when there are no more. */
export type Draw = () => Submission | undefined;

/** One submission in so many is … */
const oneIn = {
  /** … a batch. */
  batch: 25,
  /** … to be sent within the call. */
  express: 8,
  /** … to be sent a few seconds later. */
  scheduled: 12,
  /** … with a file that does not fit into its row. */
  large: 60,
  /** … with a file that does not fit into a request to Graph. */
  draft: 50,
} as const;

const largestBatch = 20;

const base64 = (bytes: number): string => randomBytes(bytes).toString('base64');
const large = base64(760 * 1024);

/** Begins with message 1. */
export function submissions(parts: SubmissionParts): Draw {
  const { senders, messages, drafts, random } = parts;
  const run = random.whole(0, 2 ** 31);
  const draftFile = drafts ? base64(4 * 1024 * 1024) : '';
  const is = (kind: keyof typeof oneIn): boolean => random.chance(1 / oneIn[kind]);
  let next = 1;

  const mail = (file: string): { readonly told: Submitted; readonly json: object } => {
    const number = next++;
    const onUnknown = random.pick(['retry', 'hold'] as const);
    const told = { subject: `torture ${number}`, onUnknown };
    const priority = random.pick(['high', 'low', ...Array.from({ length: 6 }, () => 'normal')]);
    const json = {
      from: random.pick(senders),
      to: `person-${number}@example.com`,
      subject: told.subject,
      text: `Message ${number}.`,
      on_unknown: onUnknown,
      priority,
      ...(is('scheduled')
        ? { scheduled_at: new Date(Date.now() + random.whole(2000, 6000)).toISOString() }
        : {}),
      ...(file === '' ? {} : { attachments: [{ filename: 'file.bin', content: file }] }),
    };
    return { told, json };
  };

  return () => {
    if (next > messages) return undefined;
    const key = `${run}-${next}`;
    if (is('batch')) {
      const left = messages - next + 1;
      const mails = Array.from({ length: Math.min(left, random.whole(2, largestBatch)) }, () => mail(''));
      return {
        path: '/emails/batch',
        key,
        headers: {},
        body: JSON.stringify(mails.map(({ json }) => json)),
        messages: mails.map(({ told }) => told),
      };
    }
    const express = is('express');
    const byDraft = is('draft') && drafts;
    const { told, json } = mail(byDraft ? draftFile : is('large') ? large : '');
    return {
      path: '/emails',
      key,
      headers: express ? { prefer: 'wait=10' } : {},
      body: JSON.stringify(json),
      messages: [told],
    };
  };
}
