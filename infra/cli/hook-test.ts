/**
 * `postrider hooks test`: what a call of a hook would become now, by the very code that the bridge runs, without sending anything.
 */
import { writeFileSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { systemClock } from '../../shared/platform/clock.ts';
import type { HookPreview } from '../../shared/submission/hook-preview.ts';
import { openAdministration } from './administration.ts';
import { collect, fileBytes } from './arguments.ts';
import { openOutboxOf, settingOf } from './connection.ts';
import { cellOf } from './entry-commands.ts';
import { readHttpRequest, type HttpRequestText } from './http-request.ts';
import { giveUp, print, settled } from './print.ts';

interface Options {
  readonly file: string;
  readonly html?: string;
  readonly query: string;
  readonly header?: readonly string[];
  readonly method?: string;
}

/** The message as the hook would submit it. */
type Submitted = Readonly<Record<string, unknown>> & {
  readonly attachments?: readonly {
    readonly filename: string;
    readonly content_type: string;
    readonly content: string;
  }[];
};

/** Adds the command. */
export function addHookTestCommand(hooks: Command): void {
  hooks
    .command('test')
    .description('shows the mail that a call would become; nothing is stored or sent')
    .argument('<name>', 'name of the hook')
    .option(
      '-f, --file <path>',
      'a body, or a whole HTTP request ("POST /… HTTP/1.1" and headers first)',
      '-',
    )
    .option('--header <line>', 'a header of the call, "Name: value" (repeatable)', collect)
    .option('--query <text>', 'query of the call, e.g. "title=Full&priority=high"', '')
    .option('--method <method>', 'method of the call; POST')
    .option('--html <file>', 'write the HTML there, to be looked at in a browser')
    .addHelpText(
      'after',
      `
Examples:
  postrider hooks test grafana < sample.json
  postrider hooks test grafana --html mail.html < sample.json
  postrider hooks test door -f captured-request.http --json

Exit codes: 0 a mail, or an answer that the sender wants; 1 it would be refused; 2 the command line was wrong.`,
    )
    .action(async (name: string, options: Options, command: Command) => {
      const { access, ledger } = openAdministration(command);
      const register = await access.register();
      const hook = register.hook(name);
      if (!hook) {
        return giveUp(command, `error: there is no hook "${name}"; "postrider hooks list" shows them`, 1);
      }
      const submitter = register.submitter(hook.submitter);
      if (!submitter) return giveUp(command, `error: its submitter "${hook.submitter}" is not there`, 1);
      const { method, headers, query, body } = callOf(command, options);
      const header = (field: string) => headers.get(field.toLowerCase());
      const { previewHook, hookPreviewView } = await hookCode();
      const clock = systemClock;
      const internalDomains = settingOf(command, 'POSTRIDER_INTERNAL_DOMAINS');
      const preview = settled(
        command,
        await previewHook(
          {
            clock,
            register,
            ledger,
            records: openOutboxOf(command).outbox.records,
            judging: { clock, tooLarge: () => undefined, policy: { register, internalDomains } },
          },
          { hook, caller: { submitter }, method, header, query, body },
        ),
      );
      const { answer, problem } = preview;
      const document: Submitted | undefined = preview.document;
      if (options.html !== undefined && typeof document?.['html'] === 'string') {
        writeFileSync(options.html, document['html']);
      }
      print(
        command,
        { object: 'hook_test', ...hookPreviewView(preview), message: document },
        [
          ...(answer ? [`The sender is answered ${answer.status}: ${answer.body}`] : []),
          ...(document ? [messageText(document, preview)] : []),
        ].join('\n\n'),
      );
      if (problem) giveUp(command, `error: it would be refused: ${problem.detail}`, 1);
    });
}

/** The code of hooks: nobody else needs adapters and letters, so they are loaded here. */
async function hookCode() {
  const [{ previewHook }, { hookPreviewView }] = await Promise.all([
    import('../../shared/submission/hook-preview.ts'),
    import('../../shared/submission/hook-preview-view.ts'),
  ]);
  return { previewHook, hookPreviewView };
}

/** The call: what the file says, and then the options. */
function callOf(command: Command, options: Options): HttpRequestText {
  const bytes = bytesOf(command, options.file);
  const whole = readHttpRequest(bytes);
  const headers = new Map(whole?.headers);
  for (const line of options.header ?? []) {
    const colon = line.indexOf(':');
    if (colon < 1) giveUp(command, `error: write a header as "Name: value"`, 2);
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const query = new URLSearchParams(whole?.query);
  for (const [field, value] of new URLSearchParams(options.query)) query.append(field, value);
  return {
    method: options.method?.toUpperCase() ?? whole?.method ?? 'POST',
    headers,
    query,
    body: whole?.body ?? bytes,
  };
}

function bytesOf(command: Command, file: string): Buffer {
  try {
    return fileBytes(file);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    return giveUp(command, `error: ${error.message}`, 2);
  }
}

function messageText(message: Submitted, { outcome, reason, alerts, mode }: HookPreview): string {
  const list = (field: string) => cellOf(message, field, '');
  const lines = [
    `From: ${list('from')}`,
    `To: ${list('to')}`,
    ...['cc', 'bcc', 'reply_to']
      .filter((field) => field in message)
      .map((field) => `${field}: ${list(field)}`),
    `Subject: ${list('subject')}`,
    `Importance: ${list('importance')}`,
    ...(message.attachments ?? []).map(
      ({ filename, content_type: type, content }) =>
        `Attachment: ${filename} (${type}, ${Buffer.from(content, 'base64').length} bytes)`,
    ),
    `Read by: ${alerts[0]?.source ?? ''}`,
    ...(mode === 'live' ? [] : [`Mode: ${mode}`]),
    `Outcome: ${outcome}. ${reason}`,
  ];
  return [...lines, '', list('text') || '(no text; --html shows the rest)'].join('\n');
}
