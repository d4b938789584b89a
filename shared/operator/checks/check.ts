/**
 * Settings and register as a whole: what contradicts itself, what cannot work, and what somebody seems to have forgotten. Pure.
 */
import type { LastUse } from '../../access/last-use.ts';
import type { Entries } from '../../access/register.ts';
import type { Config } from '../../platform/config.ts';
import { lastUses, type LastUsesByName } from '../portfolio.ts';
import { checkAdministration } from './administration.ts';
import { checkCredentials } from './credentials.ts';
import { found, type Finding, type Level } from './finding.ts';
import { checkHooks } from './hooks.ts';
import { checkNetworks } from './networks.ts';
import { checkSettings } from './settings.ts';
import { checkSubmitters } from './submitters.ts';

/** What is looked at. */
export interface CheckInput {
  /** The settings; a sentence when they cannot be read; undefined when only the register is looked at. */
  readonly settings: Config | string | undefined;
  readonly entries: Entries;
  readonly uses: readonly LastUse[];
  readonly now: Date;
  /** Names of the adapters that there are. */
  readonly adapters: readonly string[];
  /** What is wrong with templates, by name. */
  readonly templateFaults: ReadonlyMap<string, string>;
  /** A sentence where the credential of the app is about to end; see delivery/expiry.ts. */
  readonly credentialEnds?: string;
}

/** The input as the single checks take it. */
export interface Checked extends Omit<CheckInput, 'settings' | 'uses'> {
  readonly config: Config | undefined;
  readonly used: LastUsesByName;
}

const order: readonly Level[] = ['error', 'warning', 'info'];

/** Checks everything. @returns what was found, the worst first. */
export function checkConfiguration({ settings, uses, ...rest }: CheckInput): readonly Finding[] {
  const config = typeof settings === 'string' ? undefined : settings;
  const checked: Checked = { ...rest, config, used: lastUses(uses) };
  return [
    ...checkSettings(settings, rest.entries),
    ...checkCredentialEnd(rest.credentialEnds),
    ...checkSubmitters(checked),
    ...checkNetworks(checked),
    ...checkCredentials(checked),
    ...checkHooks(checked),
    ...checkAdministration(checked),
  ].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

function checkCredentialEnd(sentence: string | undefined): Finding[] {
  const fix = 'Renew it in time; docs/operations.md#credentials tells how.';
  return sentence === undefined ? [] : [found('credential-expires', 'credential', sentence, fix)];
}
