/** Nasty strings by SMTP. */
import { after, before, test } from 'node:test';
import { startWorld, type World } from '../journeys/world.ts';
import { roundTrip, unhurried } from './round-trip.ts';

let world: World;
before(async () => {
  world = await startWorld({ ...unhurried, POSTRIDER_TRANSPORTS: 'smtp' });
});
after(() => world.stop());

test('as text and HTML', async () => {
  await roundTrip(world, '<p>html</p>');
});
