/** Stripe's events, and envelopes made like them: `object: "event"`, a dotted type, the thing itself in `data.object` (docs.stripe.com/api/events). */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, fields, first, isFields, one, text, when, type Fields } from '../sketch.ts';

export const stripe: Adapter = {
  name: 'stripe',
  label: 'Stripe',
  read(request: HookRequest): Reading {
    const { value } = request;
    const [type, of] = [text(at(value, 'type')), at(value, 'data', 'object')];
    if (
      !isFields(value) ||
      value['object'] !== 'event' ||
      !/^[a-z0-9_]+(?:\.[a-z0-9_]+)+$/.test(type) ||
      !isFields(of)
    )
      return undefined;
    const bad =
      /failed|dispute|past_due|uncollectible|requires_action|fraud/.test(type) &&
      !/dispute\.(?:closed|funds_reinstated)/.test(type);
    const amount = money(of);
    const who = first(
      of['customer_email'],
      of['receipt_email'],
      at(of, 'billing_details', 'email'),
      of['email'],
      of['customer'],
    );
    return one(
      'stripe',
      {
        title: `${type.replaceAll(/[._]/g, ' ')}${amount === '' ? '' : `: ${amount}`}${value['livemode'] === false ? ' (test mode)' : ''}`,
        severity: bad ? 'error' : /succeeded|paid$/.test(type) ? 'ok' : 'info',
        state: bad ? 'firing' : 'info',
        summary: first(
          of['failure_message'],
          at(of, 'last_payment_error', 'message'),
          at(of, 'outcome', 'seller_message'),
          of['description'],
        ),
        facts: [
          ['Amount', amount],
          ['Customer', who],
          ['Status', of['status']],
          ['Reason', first(of['failure_code'], of['reason'], at(of, 'last_payment_error', 'code'))],
          ['Object', of['id']],
          ['Number', of['number']],
          ['Event', value['id']],
          ['Account', value['account']],
        ],
        links: [['Open', first(of['hosted_invoice_url'], of['receipt_url'], of['url'])]],
        startedAt: when(value['created']),
        threadKey: text(of['id']) || undefined,
      },
      { deliveryKey: text(value['id']) || undefined },
    );
  },
};

/** Currencies without a smaller unit (docs.stripe.com/currencies). */
const whole = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '));

function money(of: Fields): string {
  const amount = fields(of)['amount'] ?? of['amount_due'] ?? of['amount_total'] ?? of['total'];
  const currency = text(of['currency']).toLowerCase();
  if (typeof amount !== 'number' || !/^[a-z]{3}$/.test(currency)) return '';
  return `${whole.has(currency) ? String(amount) : (amount / 100).toFixed(2)} ${currency.toUpperCase()}`;
}
