/**
 * What a hook of Amazon SNS wants beyond its key: that the message was signed by SNS, and, where its owner chose that, that a
 * subscription is confirmed at once instead of by a link in a mail.
 */
import type { Hook } from '../access/hook.ts';
import type { AlertGroup, Handshake } from '../alerts/alert.ts';
import { has, isFields, text, type Fields } from '../alerts/sketch.ts';
import { certificateAddress, isSignedBy } from '../alerts/sns-signature.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import type { SnsClient } from './sns-client.ts';

/** The name of the adapter that a hook of SNS names. */
const adapter = 'aws-sns';

/**
 * The envelope of SNS, where its signature is to be looked at: the hook says that its bodies are those of SNS, or lets a body have
 * a subscription confirmed. What has no envelope (raw delivery, a test by hand) has no signature either, and came with the hook's key.
 */
export function envelopeOf(hook: Hook, value: unknown): Fields | undefined {
  const strict = hook.adapter === adapter || hook.confirmSubscriptions === true;
  return strict && isFields(value) && has(value, 'Type', 'TopicArn', 'MessageId') ? value : undefined;
}

/** Checks the signature. @returns a refusal when it is wrong, or when the certificate cannot be had: SNS repeats after a 5xx. */
export async function checkSns(client: SnsClient, message: Fields, now: Date): Promise<Result<void>> {
  const address = certificateAddress(message);
  if (!address) {
    return refuse('sns-signature-wrong', 'The message names no certificate of Amazon SNS.');
  }
  const pem = await client.certificate(address);
  if (pem === undefined) {
    return refuse(
      'sns-certificate-unavailable',
      'The certificate of Amazon SNS cannot be fetched now. Nothing was accepted; repeat the request.',
      { retryAfterSeconds: 20 },
    );
  }
  return isSignedBy(message, pem, now)
    ? ok(undefined)
    : refuse('sns-signature-wrong', 'The signature is not that of Amazon SNS for this message.');
}

/**
 * Confirms the subscription that a message of SNS asks for, if the hook lets it.
 *
 * @param message whose signature is right.
 * @returns the mail that says so, in place of the one with the link; the same reading when there is nothing to confirm or it failed.
 */
export async function confirmed(
  client: SnsClient,
  hook: Hook,
  message: Fields,
  reading: AlertGroup | Handshake,
): Promise<AlertGroup | Handshake> {
  const wanted = hook.confirmSubscriptions === true && message['Type'] === 'SubscriptionConfirmation';
  if (!wanted || reading.kind !== 'handshake' || !reading.mail) return reading;
  if (!(await client.confirm(text(message['SubscribeURL'])))) return reading;
  const topic = text(message['TopicArn']).split(':').at(-1) ?? '';
  return {
    ...reading,
    mail: {
      ...reading.mail,
      title: `Confirmed the subscription to the SNS topic ${topic}`,
      summary: `The topic ${topic} sends its messages to the hook ${hook.name} from now on. If that was not meant, delete the subscription in the AWS console.`,
      links: [],
    },
  };
}
