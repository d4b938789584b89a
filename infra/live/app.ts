/**
 * The checks of a deployed app: it is ready, it turns strangers away, and with a key it takes a mail and brings it to Exchange.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { explainNetworkError } from '../../shared/delivery/network-errors.ts';
import type { StatusView } from '../../shared/reporting/status.ts';
import { check, type Check } from './check.ts';

/** What is tried at a deployed app. */
export interface AppPlan {
  /** Where it is, without a slash at the end. */
  readonly url: string;
  /** A key that may submit from `from`; without it nothing is sent. */
  readonly key?: string;
  readonly from?: string;
  readonly to?: string;
  /** Seconds that the mail may take to be relayed. */
  readonly patience: number;
}

/** States that waiting does not change for the better. */
const over = new Set(['failed', 'expired', 'unknown', 'dead-lettered', 'cancelled', 'tested']);

/** Runs the checks of an app, one after another. */
export async function* checkApp(plan: AppPlan): AsyncGenerator<Check> {
  const ready = await ask(`${plan.url}/health/ready`);
  if (ready.kind === 'lost') {
    yield check('app ready', 'failed', `${ready.reason} Is the address right, and is the app running?`);
    return;
  }
  if (ready.status !== 200) {
    yield check(
      'app ready',
      'failed',
      `GET /health/ready answered ${ready.status}: 503 is storage that does not answer, or settings that are wrong; 404 is an app without Postrider in it. Its log says more.`,
    );
    return;
  }
  yield check(
    'app ready',
    'passed',
    'GET /health/ready answered 200: the app runs, and its storage answers.',
  );
  yield await checkStranger(plan);
  const { key, from, to } = plan;
  if (key === undefined || from === undefined || to === undefined) {
    yield check('app send', 'skipped', 'It needs POSTRIDER_TEST_KEY, --from and --to.');
    return;
  }
  yield await checkJourney({ ...plan, key, from, to });
}

const mailOf = (from: string, to: string) => ({
  from,
  to,
  subject: 'Postrider: test through the app',
  text: 'This mail was sent by "npm run verify:live" of Postrider. Nothing needs to be done.',
});

async function checkStranger({
  url,
  from = 'nobody@example.com',
  to = 'nobody@example.com',
}: AppPlan): Promise<Check> {
  // It is malformed as well, so that nothing goes out where the network of this machine may submit without a key.
  const reply = await ask(`${url}/emails`, { method: 'POST', body: { ...mailOf(from, to), to: [] } });
  if (reply.kind === 'lost') return check('app closed', 'failed', reply.reason);
  if (reply.status === 401 || reply.status === 403) {
    return check('app closed', 'passed', `A stranger was refused with ${reply.status}.`);
  }
  return check(
    'app closed',
    reply.status === 400 || reply.status === 422 ? 'warning' : 'failed',
    `A request without a key was answered with ${reply.status} and not refused: a submitter lets the network of this machine in without one.`,
  );
}

async function checkJourney(plan: AppPlan & { key: string; from: string; to: string }): Promise<Check> {
  const headers = { authorization: `Bearer ${plan.key}` };
  const sent = await ask(`${plan.url}/emails`, {
    method: 'POST',
    headers,
    body: mailOf(plan.from, plan.to),
  });
  if (sent.kind === 'lost') return check('app send', 'failed', sent.reason);
  if (sent.status >= 300) {
    return check('app send', 'failed', `POST /emails answered ${sent.status}: ${problemIn(sent.body)}`);
  }
  const id = String((sent.body as { id?: unknown } | undefined)?.id);
  const end = Date.now() + plan.patience * 1000;
  for (let status = 'accepted', reason = ''; ;) {
    const seen = await ask(`${plan.url}/emails/${id}`, { headers });
    if (seen.kind === 'answered' && seen.status === 200) {
      const view = seen.body as StatusView;
      status = view.status;
      reason = reasonIn(view);
    }
    if (status === 'relayed') {
      return check('app send', 'passed', `Message ${id} was taken by Exchange: see that it arrives.`);
    }
    if (over.has(status) || Date.now() > end) {
      const waited = over.has(status) ? '' : ` Waited for ${plan.patience} s.`;
      return check('app send', 'failed', `Message ${id} is ${status}. ${reason}${waited}`.trim());
    }
    await sleep(1000);
  }
}

/** The last reason in the timeline. */
const reasonIn = ({ events }: StatusView): string =>
  events.map((event) => ('reason' in event ? event.reason : '')).findLast((reason) => reason !== '') ?? '';

function problemIn(body: unknown): string {
  const { detail, title } = (body ?? {}) as { detail?: unknown; title?: unknown };
  const said = detail ?? title;
  return typeof said === 'string' ? said : 'the answer says no more.';
}

type Reply =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'lost'; readonly reason: string };

async function ask(
  url: string,
  request: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Reply> {
  try {
    const response = await fetch(url, {
      method: request.method ?? 'GET',
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
      headers: { ...request.headers, ...(request.body ? { 'content-type': 'application/json' } : {}) },
      ...(request.body ? { body: JSON.stringify(request.body) } : {}),
    });
    const text = await response.text();
    return { kind: 'answered', status: response.status, body: parsed(text) };
  } catch (error) {
    return { kind: 'lost', reason: explainNetworkError(error, new URL(url).host).reason };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
