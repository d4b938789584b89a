/**
 * How much work something is, as a number that neither the machine nor what else runs on it changes much: processor time of this thread,
 * in times of what one walk over a megabyte of text takes here and now. Tests of hostile input ask that; a clock on the wall would fail
 * them on a busy machine.
 */
import assert from 'node:assert/strict';

const megabyte = 'Postrider '.repeat(100_000);

/** Microseconds of processor time that something takes this thread; what waits does not count. */
async function timeOf(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}

function walk(): number {
  let sum = 0;
  for (let i = 0; i < megabyte.length; i++) sum = (sum * 31 + megabyte.charCodeAt(i)) | 0;
  return sum;
}

/** The least of a few, since the first ones run before the engine has compiled it. */
async function timeOfWalk(): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 10; i++) least = Math.min(least, await timeOf(walk));
  return least;
}

let yardstick = await timeOfWalk();

/**
 * Fails when a work takes more processor time than so many walks over a megabyte of text; the best of three tries counts.
 *
 * @param walks a walk takes about a millisecond. Choose what linear work keeps with room, and what tries everything everywhere exceeds by far.
 * @param work must be repeatable.
 * @param what names it in the failure.
 */
export async function assertLight(walks: number, work: () => unknown, what = 'it'): Promise<void> {
  let least = Infinity;
  for (let tries = 0; tries < 3 && least > walks; tries++) {
    if (tries > 0) yardstick = await timeOfWalk();
    least = Math.min(least, (await timeOf(work)) / yardstick);
  }
  assert.ok(least <= walks, `${what} took the time of ${Math.round(least)} walks over a megabyte`);
}
