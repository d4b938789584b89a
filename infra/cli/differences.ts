/**
 * Differences as people read them: `+` added, `~` changed, `-` removed, field by field.
 */
import type { Difference, FieldDifference } from '../../shared/operator/declaration/compare.ts';

const signs = { added: '+', changed: '~', removed: '-', unchanged: '=' } as const;

/** Longest that a value is shown. */
const longest = 100;

/** @param options `spared`: how many entries of the register are not in the file, and stay. */
export function describeDifferences(
  differences: readonly Difference[],
  { dryRun, spared }: { readonly dryRun: boolean; readonly spared: number },
): string {
  const news = differences.filter(({ change }) => change !== 'unchanged');
  const lines = news.flatMap((difference) => [
    `${signs[difference.change]} ${difference.kind}/${difference.id}${alsoRemoved(difference)}`,
    ...('fields' in difference ? difference.fields.map(lineOf) : []),
  ]);
  const counts = (['added', 'changed', 'removed', 'unchanged'] as const)
    .map((change) => `${differences.filter((one) => one.change === change).length} ${change}`)
    .join(', ');
  const note = dryRun && news.length > 0 ? ' Nothing was written: this is a dry run.' : '';
  return [
    ...lines,
    `${counts}.${note}`,
    ...(spared > 0 ? [`${spared} in the register and not in the file; --prune would remove them.`] : []),
  ].join('\n');
}

const alsoRemoved = ({ kind, change }: Difference): string => {
  if (change !== 'removed') return '';
  if (kind === 'submitters') return ', with its keys, hooks and webhooks';
  return kind === 'operators' ? ', with its keys' : '';
};

function lineOf(difference: FieldDifference): string {
  const { field } = difference;
  const after = 'after' in difference ? shown(difference.after) : '(none)';
  return 'before' in difference
    ? `    ${field}: ${shown(difference.before)} → ${after}`
    : `    ${field}: ${after}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}
