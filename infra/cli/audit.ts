/**
 * `postrider audit`: what was refused and what was changed, by whom, from where.
 */
import { Option, type Command } from 'commander';
import { auditView, type AuditEvent } from '../../shared/audit/event.ts';
import type { AuditQuery } from '../../shared/audit/query.ts';
import { openAdministration } from './administration.ts';
import { past } from './arguments.ts';
import { giveUp, printList } from './print.ts';

interface Options {
  readonly since?: Date;
  readonly until?: Date;
  readonly who?: string;
  readonly rule?: string;
  readonly source?: string;
  readonly kind?: 'refusal' | 'change';
  readonly limit: string;
}

/** What is read at a time. */
const pageSize = 1000;

/** Adds the command; it inherits the program's way of ending. */
export function addAuditCommand(program: Command): void {
  program
    .command('audit')
    .description('the audit trail')
    .command('list')
    .description('lists events, newest first')
    .option('--since <when>', 'at or after: 24h (back from now), 2026-11-20, or a date and time', past)
    .option('--until <when>', 'before: as --since', past)
    .option('--who <name>', 'submitter, operator, or user of the command line')
    .option('--rule <rule>', 'code of the refusal, or the role that a change needed')
    .option('--source <address>', 'client address, as it is shown')
    .addOption(new Option('--kind <kind>', 'which events').choices(['refusal', 'change']))
    .option('--limit <n>', 'most events', '100')
    .addHelpText(
      'after',
      `
Examples:
  postrider audit list --since 24h --kind change
  postrider audit list --rule unknown-key --since 7d --json`,
    )
    .action(async (options: Options, command: Command) => {
      const { limit: wanted, ...rest } = options;
      const limit = /^[1-9]\d{0,6}$/.test(wanted)
        ? Number(wanted)
        : giveUp(command, 'error: --limit must be a whole number', 2);
      const { trail } = openAdministration(command);
      const events: AuditEvent[] = [];
      let query: AuditQuery | undefined = { ...rest, limit: Math.min(limit, pageSize) };
      while (query && events.length < limit) {
        const { events: page, next } = await trail.list(query);
        events.push(...page.slice(0, limit - events.length));
        query = next === undefined ? undefined : { ...query, cursor: next };
      }
      printList(
        command,
        events.map(auditView),
        ['AT', 'COUNT', 'WHO', 'FROM', 'RULE', 'WHAT'],
        events.map(rowOf),
        'Nothing.',
      );
    });
}

function rowOf(event: AuditEvent): readonly string[] {
  const { at, count, actor, source = '-', rule } = event;
  const what =
    event.kind === 'refusal'
      ? `${event.method} ${event.path}${event.pointers ? ` (${event.pointers.join(' ')})` : ''}`
      : `${event.action} ${event.entry}${event.fields ? ` (${event.fields.join(' ')})` : ''}`;
  const who = actor.name ?? actor.keyId ?? '';
  return [at.toISOString(), String(count), who ? `${actor.kind} ${who}` : actor.kind, source, rule, what];
}
