import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { classifySmtpReply, enhancedStatusCode, smtpReplies } from '../../shared/delivery/smtp-replies.ts';
import type { Verdict } from '../../shared/delivery/verdict.ts';

const trace = '[VI1PR0902CA0036.eurprd09.prod.outlook.com 2024-03-20T10:27:56.998Z 08DC48BEE95C08E5]';

/** Replies as they were seen, and what they must come to. */
const samples: readonly (readonly [string, Verdict])[] = [
  [
    '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.',
    'configuration',
  ],
  [
    '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.',
    'configuration',
  ],
  [
    "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
    'configuration',
  ],
  [
    '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.',
    'configuration',
  ],
  [`535 5.7.3 Authentication unsuccessful ${trace}`, 'configuration'],
  ['501 5.5.124 Invalid XOAUTH2 auth data', 'configuration'],
  ['535 Authentication failed', 'configuration'],
  ['530 5.7.57 Client not authenticated to send mail', 'configuration'],
  ['421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update your client.', 'configuration'],
  ['550 5.7.64 TenantAttribution; Relay Access Denied SMTP', 'configuration'],
  [
    '550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources',
    'configuration',
  ],
  [
    '432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information. [Hostname=X]',
    'throttled',
  ],
  ['432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [Hostname=X]', 'throttled'],
  [
    '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process',
    'throttled',
  ],
  [
    '550 5.1.90 Your message cannot be sent because you reached your daily limit for message recipients',
    'throttled',
  ],
  [
    '550 5.7.232 Your message cannot be sent because your trial tenant has exceeded its daily limit',
    'throttled',
  ],
  [
    "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for sending email to external recipients",
    'throttled',
  ],
  ['550 5.7.236 Your message cannot be sent from this onmicrosoft.com domain', 'throttled'],
  [
    '554 5.2.252 SendAsDenied; a@x not allowed to send as b@x; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied;',
    'refused',
  ],
  ['554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied', 'refused'],
  ['550 5.7.60 SMTP; Client does not have permissions to send as this sender', 'refused'],
  [
    '554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message due to a permanent exception with message WASCL UserAction verdict is not None.',
    'configuration',
  ],
  ['550 5.1.8 Access denied, bad outbound sender AS(42004)', 'configuration'],
  ['550 5.7.705 Access denied, tenant has exceeded threshold', 'configuration'],
  ['550 5.7.708 Access denied, traffic not accepted from this IP', 'configuration'],
  ['550 5.7.750 Client blocked from sending from unregistered domains', 'configuration'],
  ['550 5.7.501 Access denied, spam abuse detected', 'configuration'],
  ['550 5.7.511 Access denied, banned sender', 'configuration'],
  [
    '554 5.2.0 STOREDRV.Submission.Exception:MessageSubmissionExceededException.MapiExceptionMaxSubmissionExceeded; Message size exceeds maximum size limit',
    'message',
  ],
  ['552 5.3.4 Message size exceeds fixed maximum message size', 'message'],
  ['552 Too much mail data', 'message'],
  ['550 5.4.1 Recipient address rejected: Access denied. [nobody@contoso.com]', 'message'],
  ['501 5.1.3 Invalid address', 'message'],
  ['550 No such user here', 'message'],
  ['554 5.6.0 Corrupt message content', 'message'],
  ['550 5.7.1 Unable to relay', 'configuration'],
  [`451 4.7.500 Server busy. Please try again later from [1.2.3.4]. (S77714) ${trace}`, 'transient'],
  ['421 4.4.2 Connection dropped due to ConnectionReset', 'transient'],
  ['421 4.3.2 Service not available', 'transient'],
  ['451 4.7.0 Temporary server error. Please try again later. PRX5', 'transient'],
  ['451 4.4.4 Temporary server error. Please try again later ATTR5', 'transient'],
  ['454 4.7.0 Temporary authentication failure', 'transient'],
  ['452 4.5.3 Too many recipients', 'transient'],
];

test('replies come to the verdict that was decided for them', () => {
  for (const [reply, verdict] of samples) assert.equal(classifySmtpReply(reply).verdict, verdict, reply);
});

test('every row is the first to match some reply', () => {
  const met = new Set(samples.map(([reply]) => smtpReplies.find(({ pattern }) => pattern.test(reply))));
  for (const row of smtpReplies) assert.ok(met.has(row), String(row.pattern));
});

test('every row names its source', () => {
  for (const row of smtpReplies) {
    assert.ok(row.source.length > 5, String(row.pattern));
    assert.match(row.reason, /^[A-Z].*\.$/);
  }
});

test('a 5xx that is only a long wait is never given up, and names the hour', () => {
  for (const [reply, verdict] of samples.filter(([text]) => text.startsWith('5'))) {
    const finding = classifySmtpReply(reply);
    if (verdict === 'throttled') assert.equal(finding.retryAfterSeconds, 3600, reply);
  }
});

test('a reply that no row knows is transient', () => {
  for (const reply of [
    '554 5.2.0 STOREDRV.Submission.Exception:Other',
    '503 5.5.2 Need rcpt command',
    '599 odd',
    '354',
  ]) {
    assert.equal(classifySmtpReply(reply).verdict, 'transient', reply);
  }
});

test('the enhanced status code is found where there is one', () => {
  assert.equal(enhancedStatusCode('535 5.7.139 Authentication unsuccessful'), '5.7.139');
  assert.equal(enhancedStatusCode('250-2.1.5 OK'), '2.1.5');
  assert.equal(enhancedStatusCode('550 No such user'), undefined);
  assert.equal(enhancedStatusCode('250 10.0.0.1 hello'), undefined);
});
