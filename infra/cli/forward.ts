/**
 * `postrider forward`: the local post box for devices; see infra/forward/.
 */
import { readFileSync, statSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { parseNetwork } from '../../shared/access/network.ts';
import { isPublicAddress } from '../../shared/reporting/webhook-address.ts';
import { wantsJson } from './print.ts';
import { startForwarder } from '../forward/forwarder.ts';
import { createNote } from '../forward/note.ts';

interface ForwardOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly to: URL;
  readonly keyFile: string;
  readonly spool: string;
  readonly allow: readonly string[];
  readonly header: readonly string[];
  readonly maxBody: number;
  readonly maxSpool: number;
  readonly drain: number;
}

/** Adds the command; it inherits the program's way of ending. */
export function addForwardCommand(program: Command): void {
  program
    .command('forward')
    .description('takes requests of local devices, keeps them on disk, and hands them to a bridge in order')
    .option('--listen <address:port>', 'where to listen', listen, { host: '127.0.0.1', port: 8080 })
    .requiredOption('--to <url>', 'address of the bridge', bridgeUrl)
    .requiredOption('--key-file <file>', 'file with the key; devices need none')
    .option('--spool <folder>', 'where requests are kept', 'postrider-spool')
    .option(
      '--allow <cidr>',
      'network whose requests are taken (repeatable); default: private ones',
      network,
      [],
    )
    .option('--header <name>', 'one more header to hand on (repeatable)', header, [])
    .option('--max-body <MB>', 'largest body', megabytes, 10)
    .option('--max-spool <MB>', 'room for all that waits or was refused', megabytes, 1024)
    .option('--drain <seconds>', 'how long to hand on when told to end', seconds, 10)
    .action(async (options: ForwardOptions, command: Command) => {
      const note = createNote(wantsJson(command));
      if (!readKey(options.keyFile)) {
        command.error(`error: ${options.keyFile} holds no key of a bridge (pr_…)`, { exitCode: 2 });
      }
      for (const warning of warnings(options)) note('warn', 'careful', { reason: warning });
      const { listen: address, ...rest } = options;
      const forwarder = await startForwarder(
        {
          ...rest,
          ...address,
          headers: options.header,
          maxBody: options.maxBody * 1_000_000,
          maxSpool: options.maxSpool * 1_000_000,
        },
        note,
      );
      const signal = await new Promise<string>((resolve) => {
        for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, resolve);
      });
      note('info', 'ending', { signal });
      await forwarder.stop(options.drain * 1000);
    });
}

function readKey(file: string): boolean {
  try {
    return /^pr_\S+$/.test(readFileSync(file, 'utf8').trim());
  } catch {
    return false;
  }
}

function warnings({ listen: { host }, to, keyFile, allow }: ForwardOptions): readonly string[] {
  const open = ['0.0.0.0', '::'].includes(host);
  return [
    ...(open || isPublicAddress(host)
      ? [
          `${host} can be reached from outside, without a key${allow.length > 0 ? ' from the networks of --allow' : ': only private networks are taken'}`,
        ]
      : []),
    ...(to.protocol === 'http:' ? ['the key travels in clear to an address without https'] : []),
    ...(process.platform !== 'win32' && (statSync(keyFile).mode & 0o077) !== 0
      ? [`others can read ${keyFile}: chmod 600`]
      : []),
  ];
}

function listen(text: string): ForwardOptions['listen'] {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) {
    throw new InvalidArgumentError('Give an address and a port, such as 127.0.0.1:8080 or [::1]:8080.');
  }
  return { host, port: Number(port) };
}

function bridgeUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && ['https:', 'http:'].includes(url.protocol) && url.search === '' && url.username === '';
  if (!plain)
    throw new InvalidArgumentError('Give the address of the bridge, such as https://mail.example.com.');
  return url;
}

function network(text: string, sofar: readonly string[]): readonly string[] {
  if (!parseNetwork(text)) {
    throw new InvalidArgumentError(
      'Give a network such as 192.168.1.0/24, with no bits set behind the prefix.',
    );
  }
  return [...sofar, text];
}

const kept = new Set([
  'authorization',
  'cookie',
  'idempotency-key',
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
]);

function header(text: string, sofar: readonly string[]): readonly string[] {
  const name = text.toLowerCase();
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || kept.has(name)) {
    throw new InvalidArgumentError('Give the name of a header that may leave this network.');
  }
  return [...sofar, name];
}

function megabytes(text: string): number {
  const number = Number(text);
  if (!(number > 0) || number > 1_000_000) throw new InvalidArgumentError('Give a number of megabytes.');
  return number;
}

function seconds(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('Give a number of seconds.');
  return Number(text);
}
