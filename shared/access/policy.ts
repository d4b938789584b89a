/**
 * What a submitter may send: every rule of its policy, and those that hold for all. Decided before anything is stored, and explained.
 * Pure; docs/policy.md tells it to people.
 *
 * All faults come at once. Addresses are compared in normal form and case apart. What is allowed counts whole: `ops+x@example.com` is
 * not `ops@example.com`, since only the receiving server knows whether they are the same mailbox. What is forbidden counts for both.
 */
import type { Mailbox, Message } from '../message/message.ts';
import { listedFaults, refuse, type Fault, type Problem, type ProblemCode } from '../platform/problem.ts';
import { domainOf, meansAddress, withMain } from './address-rule.ts';
import { attachmentFault } from './attachment-policy.ts';
import { foreignAddress, sameName } from './display-name.ts';
import type { AccessRegister } from './register.ts';
import { maySendAs, type Policy, type Submitter } from './submitter.ts';
import { suppressionReason } from './suppression.ts';

/** What a policy is applied to. */
export interface PolicyFacts {
  readonly submitter: Submitter;
  readonly message: Message;
  /** The first bytes of an attachment (message/file-type.ts says how many), by its place in the message. */
  readonly leading: (index: number) => Uint8Array;
  /** Accepted domains of the tenant, lower case. */
  readonly internalDomains: readonly string[];
  readonly register: Pick<AccessRegister, 'suppression'>;
  readonly now: Date;
  /** JSON pointer to the message in the request's body: `#`, or `#/3` in a batch. */
  readonly at: string;
}

/** A fault and the code of the rule that finds it. */
interface Finding extends Fault {
  readonly code: ProblemCode;
}

/** What speaks against a message, all of it at once; undefined when nothing does. The code is that of the first fault. */
export function policyProblem(facts: PolicyFacts): Problem | undefined {
  const findings = [
    ...senderFaults(facts),
    ...addressFaults(facts),
    ...sizeFaults(facts),
    ...fileFaults(facts),
    ...headerFaults(facts),
  ];
  const [first] = findings;
  if (!first) return undefined;
  const errors = listedFaults(findings.map(({ pointer, detail }) => ({ pointer, detail })));
  const { name } = facts.submitter;
  const many = `The submitter "${name}" may not send this, for ${findings.length} reasons listed in "errors". The first: ${first.pointer}: ${first.detail}`;
  const detail =
    findings.length > 1
      ? many
      : (explain(facts, first) ??
        `The submitter "${name}" may not send this. ${first.pointer}: ${first.detail}`);
  return refuse(first.code, detail, { errors }).problem;
}

/** The sender's own sentence has always named the address. */
function explain({ submitter, message }: PolicyFacts, { code }: Finding): string | undefined {
  if (code !== 'sender-not-allowed') return undefined;
  return `The submitter "${submitter.name}" may not send as ${message.from.address}; allowed: ${listed(submitter.senders)}. Change "from", or ask the administrator to allow it.`;
}

const listed = (rules: readonly string[]): string => (rules.length > 0 ? rules.join(', ') : 'none');

function senderFaults({ submitter, message: { from }, at }: PolicyFacts): Finding[] {
  const found: Finding[] = [];
  const pointer = `${at}/from`;
  if (!maySendAs(submitter, from.address)) {
    found.push({ code: 'sender-not-allowed', pointer, detail: `Use one of: ${listed(submitter.senders)}.` });
  }
  const { name } = from;
  const names = submitter.policy?.displayNames;
  const foreign = foreignAddress(from);
  if (foreign !== undefined) {
    const detail = `The name holds the address ${foreign}, which is not the sender's; leave it out of the name.`;
    found.push({ code: 'display-name-not-allowed', pointer, detail });
  } else if (name !== undefined && names && !names.some((allowed) => sameName(allowed, name))) {
    const detail = `Use one of these names, or none: ${listed(names)}.`;
    found.push({ code: 'display-name-not-allowed', pointer, detail });
  }
  return found;
}

function addressFaults(facts: PolicyFacts): Finding[] {
  const { submitter, message, at } = facts;
  const { maxRecipients = Infinity, replyTo } = submitter.policy ?? {};
  const found: Finding[] = [];
  for (const field of ['to', 'cc', 'bcc'] as const) {
    for (const [index, mailbox] of message[field].entries()) {
      const fault = recipientFault(facts, mailbox);
      if (fault) found.push({ ...fault, pointer: pointerTo(at, field, index, message[field]) });
    }
  }
  const count = message.to.length + message.cc.length + message.bcc.length;
  if (count > maxRecipients) {
    const detail = `There are ${count} recipients in to, cc and bcc; at most ${maxRecipients} are allowed. Send several messages.`;
    found.push({ code: 'too-many-recipients', pointer: `${at}/to`, detail });
  }
  for (const [index, { address }] of message.replyTo.entries()) {
    if (!replyTo || meansAddress(replyTo, address)) continue;
    const detail = `Replies may not go to ${address}; allowed: ${listed(replyTo)}.`;
    found.push({
      code: 'reply-to-not-allowed',
      pointer: pointerTo(at, 'reply_to', index, message.replyTo),
      detail,
    });
  }
  return found;
}

/** A field may have been one text and no list: its pointer is right for both. */
const pointerTo = (at: string, field: string, index: number, list: readonly unknown[]): string =>
  list.length === 1 ? `${at}/${field}` : `${at}/${field}/${index}`;

function recipientFault(facts: PolicyFacts, { address }: Mailbox): Omit<Finding, 'pointer'> | undefined {
  const { submitter, register, now, internalDomains } = facts;
  const code = 'recipient-not-allowed';
  const either = withMain(address);
  if (either.some((one) => meansAddress(submitter.policy?.deniedRecipients ?? [], one))) {
    return { code, detail: `${address} is denied to this submitter; leave it out.` };
  }
  const reason = notIncluded(submitter.policy?.recipients, address, internalDomains);
  if (reason !== undefined) return { code, detail: `${address} is not allowed: ${reason}` };
  const suppressed = suppressionReason(register, address, now);
  if (suppressed === undefined) return undefined;
  const detail = `${suppressed} Leave it out, or ask an operator to take it off the suppression list.`;
  return { code: 'recipient-suppressed', detail };
}

function notIncluded(
  rule: Policy['recipients'] = 'any',
  address: string,
  internalDomains: readonly string[],
): string | undefined {
  if (rule === 'any') return undefined;
  if (rule !== 'internal') {
    return meansAddress(rule, address) ? undefined : `recipients are limited to ${listed(rule)}.`;
  }
  if (internalDomains.includes(domainOf(address))) return undefined;
  return internalDomains.length > 0
    ? `only recipients inside are, which is ${internalDomains.map((domain) => `@${domain}`).join(', ')}.`
    : 'only recipients inside are, and the administrator has not said which domains those are (POSTRIDER_INTERNAL_DOMAINS).';
}

function sizeFaults({ submitter, message, at }: PolicyFacts): Finding[] {
  const { maxBytes = Infinity } = submitter.policy ?? {};
  const bytes =
    Buffer.byteLength(message.text ?? '') +
    Buffer.byteLength(message.html ?? '') +
    message.attachments.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= maxBytes) return [];
  const detail = `Texts and attachments have ${bytes} bytes together; at most ${maxBytes} are allowed. Send less.`;
  return [{ code: 'too-many-bytes', pointer: at, detail }];
}

function fileFaults({ submitter, message, leading, at }: PolicyFacts): Finding[] {
  const policy = submitter.policy?.attachments;
  const code = 'attachment-not-allowed';
  const count = message.attachments.length;
  const most = policy?.max ?? Infinity;
  if (count > most) {
    const allowed = most === 0 ? 'none are allowed' : `at most ${most} are allowed`;
    return [{ code, pointer: `${at}/attachments`, detail: `There are ${count} attachments; ${allowed}.` }];
  }
  return message.attachments.flatMap((attachment, index) => {
    const detail = attachmentFault(policy, attachment, leading(index));
    return detail === undefined ? [] : [{ code, pointer: `${at}/attachments/${index}`, detail } as const];
  });
}

function headerFaults({ submitter, message, at }: PolicyFacts): Finding[] {
  const { requiredHeaders = {}, forbiddenHeaders = [] } = submitter.policy ?? {};
  const forbidden = new Set(forbiddenHeaders.map((name) => name.trim().toLowerCase()));
  const found = message.headers
    .filter(({ name }) => forbidden.has(name.toLowerCase()))
    .map(({ name }): Finding => ({
      code: 'header-not-allowed',
      pointer: `${at}/headers/${name}`,
      detail: `The header ${name} is not allowed; leave it out.`,
    }));
  for (const [name, text] of Object.entries(requiredHeaders)) {
    const given = message.headers.find((header) => header.name.toLowerCase() === name.trim().toLowerCase());
    if (given?.value.toLowerCase().includes(text.toLowerCase())) continue;
    const wanted = text === '' ? 'a value' : `a value that holds "${text}"`;
    const pointer = given ? `${at}/headers/${given.name}` : `${at}/headers`;
    found.push({
      code: 'header-required',
      pointer,
      detail: `The header ${name} must be there, with ${wanted}.`,
    });
  }
  return found;
}
