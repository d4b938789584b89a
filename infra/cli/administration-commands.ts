/**
 * The commands that administer a bridge through its storage account.
 */
import type { Command } from 'commander';
import { addApplyCommand } from './apply.ts';
import { addAuditCommand } from './audit.ts';
import { addConfigCommand } from './config.ts';
import { addDeadLettersCommand } from './dead-letters.ts';
import { addHooksCommand } from './hooks.ts';
import { addKeysCommand } from './keys.ts';
import { addOperatorsCommand } from './operators.ts';
import { addSubmittersCommand } from './submitters.ts';
import { addSuppressionsCommand } from './suppressions.ts';
import { addSwitchesCommand } from './switches.ts';
import { addTemplatesCommand } from './templates.ts';
import { addWebhooksCommand } from './webhooks.ts';

/** Each adds its command to the program; the help lists them in this order. */
export const administration: readonly ((program: Command) => void)[] = [
  addApplyCommand,
  addSubmittersCommand,
  addKeysCommand,
  addOperatorsCommand,
  addHooksCommand,
  addTemplatesCommand,
  addWebhooksCommand,
  addSuppressionsCommand,
  addSwitchesCommand,
  addDeadLettersCommand,
  addAuditCommand,
  addConfigCommand,
];
