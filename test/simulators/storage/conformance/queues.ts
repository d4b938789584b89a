/** What our code relies on in the queue service. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { refusal, type Clients } from '../services.ts';

/** @param clients are there when the first test runs. */
export function queues(clients: () => Clients): void {
  test('queues: made twice is no matter, missing is QueueNotFound', async () => {
    const queue = await clients().queue();
    await queue.create();
    assert.equal((await queue.createIfNotExists()).succeeded, false);
    await queue.delete();
    const notFound = { status: 404, code: 'QueueNotFound' };
    assert.deepEqual(await refusal(queue.delete()), notFound);
    assert.deepEqual(await refusal(queue.sendMessage('x')), notFound);
    assert.deepEqual(await refusal(queue.receiveMessages()), notFound);
    assert.deepEqual(await refusal(queue.getProperties()), notFound);
    assert.equal(await queue.exists(), false);
  });

  test('messages: received ones are hidden, deleted ones gone, receipts checked', async () => {
    const queue = await clients().queue();
    const text = 'ring <&> "ü" 🎉\n end ';
    const sent = await queue.sendMessage(text);
    assert.match(sent.messageId, /^[0-9a-f-]{36}$/);
    assert.equal(sent.expiresOn.getTime() - sent.insertedOn.getTime(), 7 * 24 * 3600 * 1000);
    await queue.sendMessage('second');
    assert.equal((await queue.getProperties()).approximateMessagesCount, 2);
    const peeked = await queue.peekMessages({ numberOfMessages: 32 });
    assert.deepEqual(
      peeked.peekedMessageItems.map(({ messageText, dequeueCount }) => [messageText, dequeueCount]),
      [
        [text, 0],
        ['second', 0],
      ],
    );
    const { receivedMessageItems: received } = await queue.receiveMessages({
      numberOfMessages: 2,
      visibilityTimeout: 60,
    });
    assert.deepEqual(
      received.map(({ messageText, dequeueCount, messageId }) => [
        messageText,
        dequeueCount,
        messageId.length,
      ]),
      [
        [text, 1, 36],
        ['second', 1, 36],
      ],
    );
    assert.equal(received[0]!.messageId, sent.messageId);
    assert.equal((await queue.receiveMessages()).receivedMessageItems.length, 0);
    assert.equal((await queue.peekMessages()).peekedMessageItems.length, 0);
    const mismatch = { status: 400, code: 'PopReceiptMismatch' };
    assert.deepEqual(await refusal(queue.deleteMessage(sent.messageId, sent.popReceipt)), mismatch);
    assert.deepEqual(await refusal(queue.updateMessage(sent.messageId, sent.popReceipt, 'x', 0)), mismatch);
    await queue.deleteMessage(received[0]!.messageId, received[0]!.popReceipt);
    const missing = { status: 404, code: 'MessageNotFound' };
    assert.deepEqual(await refusal(queue.deleteMessage(sent.messageId, received[0]!.popReceipt)), missing);
    assert.deepEqual(
      await refusal(queue.updateMessage(sent.messageId, received[0]!.popReceipt, 'x', 0)),
      missing,
    );
    const { messageId, popReceipt } = received[1]!;
    const shown = await queue.updateMessage(messageId, popReceipt, undefined, 0);
    assert.ok(shown.nextVisibleOn && shown.popReceipt && shown.popReceipt !== popReceipt);
    const [again] = (await queue.receiveMessages()).receivedMessageItems;
    assert.deepEqual([again?.messageText, again?.dequeueCount], ['second', 2]);
    await queue.updateMessage(messageId, again!.popReceipt, 'changed', 0);
    assert.equal((await queue.peekMessages()).peekedMessageItems[0]?.messageText, 'changed');
    await queue.clearMessages();
    assert.equal((await queue.getProperties()).approximateMessagesCount, 0);
  });

  test('messages: hidden for a time, shown again, expired', async () => {
    const queue = await clients().queue();
    await queue.sendMessage('late', { visibilityTimeout: 3 });
    await queue.sendMessage('brief', { messageTimeToLive: 3 });
    await queue.sendMessage('');
    const taken = await queue.receiveMessages({ numberOfMessages: 32, visibilityTimeout: 3 });
    assert.deepEqual(taken.receivedMessageItems.map(({ messageText }) => messageText).sort(), ['', 'brief']);
    await sleep(3100);
    const again = await queue.receiveMessages({ numberOfMessages: 32 });
    assert.deepEqual(
      again.receivedMessageItems
        .map(({ messageText, dequeueCount }) => `${dequeueCount} ${messageText}`)
        .sort(),
      ['1 late', '2 '],
    );
  });

  test('messages: the receipt of Put Message deletes it unseen; limits are held', async () => {
    const queue = await clients().queue();
    const hidden = await queue.sendMessage('x', { visibilityTimeout: 3600 });
    await queue.deleteMessage(hidden.messageId, hidden.popReceipt);
    assert.equal((await queue.getProperties()).approximateMessagesCount, 0);
    await queue.sendMessage('x'.repeat(65_536), { messageTimeToLive: -1 });
    assert.equal((await refusal(queue.sendMessage('x'.repeat(65_537)))).status, 413);
    const outOfRange = { status: 400, code: 'OutOfRangeQueryParameterValue' };
    assert.deepEqual(await refusal(queue.receiveMessages({ numberOfMessages: 33 })), outOfRange);
    assert.deepEqual(await refusal(queue.receiveMessages({ visibilityTimeout: 604_801 })), outOfRange);
    assert.deepEqual(await refusal(queue.sendMessage('x', { visibilityTimeout: 604_801 })), outOfRange);
  });
}
