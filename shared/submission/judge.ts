/**
 * Whether this submitter may say this, now: its policy, the guard against loops, and the switches. Leaves nothing behind.
 */
import { loopProblem } from '../access/loop-guard.ts';
import { sendingMode } from '../access/mode.ts';
import { policyProblem } from '../access/policy.ts';
import type { AccessRegister } from '../access/register.ts';
import type { Submitter } from '../access/submitter.ts';
import { switchReason } from '../access/suspension.ts';
import { leadingBytes } from '../message/file-type.ts';
import type { AttachmentContent } from '../outbox/frame.ts';
import { refuse, type Problem } from '../platform/problem.ts';
import type { Submission } from './parse.ts';

/** What the register says at the moment, and the accepted domains of the tenant, lower case. */
export interface PolicyParts {
  readonly register: Pick<AccessRegister, 'suppression' | 'killSwitch'>;
  readonly internalDomains: readonly string[];
}

/** What is judged. */
interface Case {
  readonly submitter: Submitter;
  readonly submission: Submission;
  /** Pointer to it in the document. */
  readonly at: string;
  /** Looks up a header of the request by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly now: Date;
}

/** How long a submitter should wait while sending is suspended, in seconds: a person must act. */
const suspendedFor = 60;

/** What speaks against it; undefined when nothing does. */
export function judge(
  { register, internalDomains }: PolicyParts,
  { submitter, submission, at, header, now }: Case,
): Problem | undefined {
  const mode = sendingMode(submitter, header);
  if (!mode.ok) return mode.problem;
  const { message, attachments } = submission;
  const leading = (index: number) => firstBytes(attachments[index]);
  const problem =
    policyProblem({ submitter, message, leading, internalDomains, register, now, at }) ??
    loopProblem(header, message, at);
  if (problem) return problem;
  const reason = switchReason(register, message.from.address);
  if (reason === undefined) return undefined;
  return refuse('sending-suspended', `${reason} Nothing was accepted; repeat the request later.`, {
    retryAfterSeconds: suspendedFor,
  }).problem;
}

/** The beginning of an attachment. Of a large one no more than its first chunk is decoded. */
function firstBytes(attachment: AttachmentContent | undefined): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const chunk of attachment?.chunks() ?? []) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= leadingBytes) break;
  }
  return Buffer.concat(parts).subarray(0, leadingBytes);
}
