/**
 * Templates of the bridge, which vendors' clients name as if they were in the vendor's console.
 */
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames, type Storage } from '../../shared/platform/storage.ts';

/** Registers them, and a recipient who gets nothing; for `before` of a world. */
export async function registerTemplates(storage: Storage): Promise<void> {
  const register = openAccessStore(storage.table(storageNames.access), systemClock);
  await register.templates.put({
    name: 'order-shipped',
    subject: 'Shipped: {{ order.id }} for {{ name }}',
    text: 'Hello {{ name }}!',
    html: '<p>Hello {{ name }}!</p>',
  });
  await register.templates.put({ name: 'd-1234', subject: 'For {{ name }}', html: '<p>{{ name }}</p>' });
  await register.suppressions.put({
    address: 'gone@example.com',
    reason: 'it bounced',
    createdAt: systemClock.now(),
  });
}
