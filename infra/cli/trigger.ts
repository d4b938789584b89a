/**
 * `postrider trigger`: posts a sample of some tool's request to a hook, to see the mail before the tool is set up.
 */
import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { print, table, wantsJson } from './print.ts';
import { describeSample, sampleNames, sampleRequest, type SampleRequest } from './sample.ts';

interface TriggerOptions {
  readonly to?: URL;
  readonly key?: string;
  readonly resolved?: boolean;
  readonly list?: boolean;
}

/** Adds the command; it inherits the program's way of ending. */
export function addTriggerCommand(program: Command): void {
  program
    .command('trigger')
    .description("posts a sample of a tool's request to a hook")
    .argument('[tool]', 'name of the tool; --list shows all')
    .option('--to <url>', 'address of the hook, such as https://mail.example.com/hooks/ops', hookUrl)
    .option('--key <key>', 'a key for it; default: POSTRIDER_KEY, or what the address holds')
    .option('--resolved', 'what the tool says when it is over')
    .option('--list', 'lists the tools')
    .action(async (tool: string | undefined, options: TriggerOptions, command: Command) => {
      if (options.list) return list(command);
      const { to, key = process.env['POSTRIDER_KEY'] } = options;
      if (tool === undefined || !sampleNames.includes(tool)) {
        command.error('error: name a tool; "postrider trigger --list" shows them', { exitCode: 2 });
      }
      if (!to) command.error('error: say where to: --to https://mail.example.com/hooks/ops', { exitCode: 2 });
      const state = options.resolved ? 'resolved' : 'firing';
      const request = sampleRequest(tool, state, { now: new Date(), uuid: randomUUID() });
      if (!request) command.error(`error: ${tool} never says that anything is over`, { exitCode: 2 });
      await send(command, addressOf(to, request), request, key);
    });
}

function list(command: Command): void {
  const all = sampleNames.map((name) => {
    const { label, resolvable } = describeSample(name);
    return { name, label, resolvable };
  });
  const rows = all.map(({ name, label, resolvable }) => [name, label, resolvable ? '--resolved' : '']);
  print(command, all, table([['TOOL', 'SAYS AS', ''], ...rows]));
}

async function send(command: Command, url: URL, request: SampleRequest, key?: string): Promise<void> {
  const { method, headers, body } = request;
  const started = performance.now();
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { ...headers, ...(key ? { authorization: `Bearer ${key}` } : {}) },
      redirect: 'manual',
      ...(method === 'GET' ? {} : { body }),
    });
  } catch (error) {
    const { code = 'no answer' } = ((error as Error).cause ?? {}) as { code?: string };
    command.error(`error: ${url.origin} cannot be reached (${code})`, { exitCode: 1 });
  }
  const text = await response.text();
  const took = Math.round(performance.now() - started);
  const id = response.headers.get('x-postrider-id') ?? undefined;
  const status = id === undefined ? undefined : `${url.origin}/emails/${id}`;
  if (wantsJson(command)) {
    print(command, { status: response.status, answer: text, milliseconds: took, id, message: status }, '');
  } else {
    console.log(`${response.status} ${response.statusText} in ${took} ms\n${text}`.trimEnd());
    if (status !== undefined) {
      console.log(
        `\nWhat becomes of it:\n  curl -H 'Authorization: Bearer <key of the submitter>' ${status}`,
      );
    }
  }
  if (!response.ok) process.exitCode = 1;
}

/** Where the request goes: to the hook, or to the place of the protocol that the tool speaks. */
function addressOf(hook: URL, { place, query }: SampleRequest): URL {
  const url = new URL(hook);
  if (place !== undefined) {
    const [, , name = ''] = hook.pathname.split('/');
    url.pathname = place.replace('{hook}', name);
  }
  for (const [name, value] of new URLSearchParams(query)) url.searchParams.append(name, value);
  return url;
}

function hookUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['https:', 'http:'].includes(url.protocol) || !/^\/hooks\/[^/]+/.test(url.pathname)) {
    throw new InvalidArgumentError('Give the address of a hook, such as https://mail.example.com/hooks/ops.');
  }
  return url;
}
