#!/usr/bin/env node
/**
 * The command line: arguments → bridge → text or JSON. Thin; every decision is made in `shared/`.
 */
import { Command, CommanderError } from 'commander';
import { ConfigurationError } from '../../shared/platform/config.ts';
import { addForwardCommand } from './forward.ts';
import { addTriggerCommand } from './trigger.ts';

const program = new Command('postrider')
  .description('Administers a Postrider bridge through its storage account.')
  .option(
    '--storage <account>',
    'name of the storage account (as who is signed in with "az login"), or a connection string; default: the settings in the environment, then local.settings.json',
  )
  .option('--json', 'print JSON instead of text')
  .option('--as <name>', 'who you are, for the audit trail; default: the user of this machine')
  .showHelpAfterError('(postrider --help tells more)')
  .exitOverride();

// Small devices forward, and shall not wait for the SDKs of storage.
const wanted = process.argv.slice(2).find((word) => !word.startsWith('-'));
const sending = [addForwardCommand, addTriggerCommand];
const isSending = wanted === 'forward' || wanted === 'trigger';
const { administration } = isSending ? { administration: [] } : await import('./administration-commands.ts');
for (const add of [...administration, ...sending]) add(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Exit codes: 0 done, 1 it failed, 2 the command line was wrong. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // command.error() of ours says which; what commander itself finds is always a wrong command line.
    if (error.exitCode === 0) return 0;
    return error.code === 'commander.error' ? error.exitCode : 2;
  }
  if (error instanceof ConfigurationError) {
    console.error(`postrider: ${error.message}`);
    return 1;
  }
  const { code, message } = error as { code?: string; message: string };
  const unreachable = ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', 'REQUEST_SEND_ERROR'].includes(
    code ?? '',
  );
  console.error(
    unreachable
      ? `postrider: storage cannot be reached (${code}): check --storage or AzureWebJobsStorage`
      : `postrider: ${message}`,
  );
  if (process.env['POSTRIDER_DEBUG']) console.error(error);
  return 1;
}
