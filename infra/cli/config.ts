/**
 * `postrider config check`: settings and register as a whole.
 */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { inspectCredential } from '../../shared/delivery/credential.ts';
import { expiryOf, noticeOf } from '../../shared/delivery/expiry.ts';
import { checkConfiguration } from '../../shared/operator/checks/check.ts';
import type { Finding, Level } from '../../shared/operator/checks/finding.ts';
import { ConfigurationError, readConfig, type Config } from '../../shared/platform/config.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { openAdministration } from './administration.ts';
import { environmentOf } from './connection.ts';
import { giveUp, print } from './print.ts';
import { templateFaults } from './template-faults.ts';

interface Options {
  readonly strict?: boolean;
  readonly settings?: string;
  readonly registerOnly?: boolean;
}

/** Adds the command; it inherits the program's way of ending. */
export function addConfigCommand(program: Command): void {
  const config = program.command('config').description('settings and register as a whole');

  config
    .command('check')
    .description('finds what contradicts itself, cannot work, or was forgotten, each with what to do')
    .option('--strict', 'warnings count as errors')
    .option(
      '--settings <file>',
      'settings of the function app: what "az functionapp config appsettings list" prints, or a local.settings.json; else those of this machine',
    )
    .option('--register-only', 'leave the settings alone')
    .addHelpText(
      'after',
      `
Examples:
  postrider config check
  az functionapp config appsettings list -g mail -n postrider > settings.json
  postrider config check --settings settings.json --strict --json

Exit codes: 0 nothing to mend, 1 errors (with --strict warnings too), 2 the command line was wrong.`,
    )
    .action(async (options: Options, command: Command) => {
      const { access, uses } = openAdministration(command);
      const [{ entries }, used, { adapters }] = await Promise.all([
        access.register(),
        uses(),
        import('../../shared/alerts/registry.ts'),
      ]);
      const settings = settingsOf(command, options);
      const now = systemClock.now();
      const findings = checkConfiguration({
        settings,
        ...endOf(settings, now),
        entries,
        uses: used,
        now,
        adapters: adapters.map(({ name }) => name),
        templateFaults: await templateFaults(entries.templates),
      });
      const count = (level: Level) => findings.filter((one) => one.level === level).length;
      const [errors, warnings] = [count('error'), count('warning')];
      if (errors > 0 || (options.strict && warnings > 0)) process.exitCode = 1;
      const summary = `${errors} errors, ${warnings} warnings, ${count('info')} notes.`;
      print(
        command,
        { object: 'config_check', errors, warnings, findings },
        [...findings.map(textOf), summary].join('\n'),
      );
    });
}

const textOf = ({ level, code, where, message, fix }: Finding): string =>
  `${level}  ${where}: ${message} [${code}]\n    ${fix}`;

/** The settings as the bridge would read them; a sentence when it could not. */
function settingsOf(command: Command, options: Options): Config | string | undefined {
  if (options.registerOnly) return undefined;
  const environment =
    options.settings === undefined ? environmentOf(command) : settingsFile(command, options.settings);
  try {
    const config = readConfig(environment);
    inspectCredential(config);
    return config;
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
}

/** What the settings themselves say of the end of the credential; a vault is not asked. */
function endOf(settings: Config | string | undefined, now: Date): { credentialEnds?: string } {
  if (settings === undefined || typeof settings === 'string') return {};
  const { credential } = settings;
  const notice = noticeOf(credential.kind, expiryOf(credential), now);
  return notice ? { credentialEnds: notice.reason } : {};
}

function settingsFile(command: Command, file: string): Record<string, string> {
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (Array.isArray(document)) {
      const list = document as readonly { readonly name: string; readonly value: string | null }[];
      return Object.fromEntries(list.map(({ name, value }) => [name, value ?? '']));
    }
    return (document as { Values?: Record<string, string> }).Values ?? {};
  } catch {
    return giveUp(command, `error: ${file} is no JSON file of settings`, 2);
  }
}
