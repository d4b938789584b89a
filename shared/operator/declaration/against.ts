/**
 * What speaks against a declaration beyond its single entries: what its entries say of each other, and of what stands in the register.
 * Pure.
 */
import { maySendAs, type Submitter } from '../../access/submitter.ts';
import { parseMailbox } from '../../message/address.ts';
import { pointerTo } from '../../platform/pointer.ts';
import type { Standing } from './compare.ts';
import type { Declaration, DeclarationFault, DeclaredEntries } from './read.ts';

/**
 * Finds all.
 *
 * @param adapters names of the adapters that there are.
 */
export function faultsAgainst(
  declaration: Declaration,
  standing: Standing,
  { prune, adapters }: { readonly prune: boolean; readonly adapters: readonly string[] },
): readonly DeclarationFault[] {
  const submitters = afterwards('submitters', declaration, standing, prune);
  const templates = afterwards('templates', declaration, standing, prune);
  const faults: DeclarationFault[] = [];
  const note = (kind: keyof Declaration, index: number, field: string, detail: string) =>
    faults.push({ pointer: pointerTo([kind, index, field]), detail, part: 'value' });

  for (const { entry, index } of declaration.hooks ?? []) {
    const submitter = submitters.get(entry.submitter);
    if (!submitter) {
      note('hooks', index, 'submitter', 'There is no submitter with this name, here or in the register.');
    } else if (!mayBeFrom(submitter, entry.from)) {
      note(
        'hooks',
        index,
        'from',
        `"${submitter.name}" may not send as this sender; add it to its senders, or write another.`,
      );
    }
    const template = entry.template === undefined ? undefined : templates.get(entry.template);
    if (entry.template !== undefined && !template) {
      note('hooks', index, 'template', 'There is no template with this name, here or in the register.');
    } else if (template?.submitter !== undefined && template.submitter !== entry.submitter) {
      note('hooks', index, 'template', 'This template belongs to another submitter.');
    }
    if (entry.adapter !== undefined && !adapters.includes(entry.adapter)) {
      note(
        'hooks',
        index,
        'adapter',
        'There is no adapter with this name; leave it out, and the shape of the body tells.',
      );
    }
  }
  for (const { entry, index } of declaration.templates ?? []) {
    if (entry.submitter !== undefined && !submitters.has(entry.submitter)) {
      note('templates', index, 'submitter', 'There is no submitter with this name, here or in the register.');
    }
  }
  return faults;
}

/** The entries of a kind once the declaration has been applied. */
function afterwards<Kind extends 'submitters' | 'templates'>(
  kind: Kind,
  declaration: Declaration,
  standing: Standing,
  prune: boolean,
): ReadonlyMap<string, DeclaredEntries[Kind]> {
  const declared = declaration[kind];
  const kept = prune && declared ? [] : standing[kind];
  const entries = [...kept, ...(declared ?? []).map(({ entry }) => entry)] as DeclaredEntries[Kind][];
  return new Map(entries.map((entry) => [entry.name, entry]));
}

function mayBeFrom(submitter: Submitter, from: string): boolean {
  const read = parseMailbox(from);
  return read.ok && maySendAs(submitter, read.mailbox.address);
}
