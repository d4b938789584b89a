/** Nasty strings by SMTP. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld, type World } from '../journeys/world.ts';
import { roundTrip, unhurried } from './round-trip.ts';
import { shown } from './stage.ts';
import { namesToCarry } from './vectors/files.ts';

let world: World;
before(async () => {
  world = await startWorld({ ...unhurried, POSTRIDER_TRANSPORTS: 'smtp' });
});
after(() => world.stop());

test('as text and HTML', async () => {
  await roundTrip(world, '<p>html</p>');
});

test('file names that are a matter of taste come through as they are', async () => {
  const attachments = namesToCarry.map((filename) => ({ filename, content: 'YQ==' }));
  const answer = await world.submit({ subject: 'Names', attachments });
  assert.equal(answer.status, 202, answer.text);
  await world.settled(answer.json.id, ({ status }) => status === 'relayed');
  const [mail] = await world.mails('Names');
  for (const [i, name] of namesToCarry.entries())
    assert.equal(mail?.parsed.attachments[i]?.filename, name.trim(), shown(name));
});
