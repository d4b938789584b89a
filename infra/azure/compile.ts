/**
 * Compiles `main.bicep` into `azuredeploy.json`, which the portal's deploy button reads, and evaluates it for the parameters in `snapshots/`,
 * which shows what would be deployed. Both are committed: they are what a reviewer compares, and what the tests read on machines without the
 * Bicep CLI. The digest of the sources is kept in the template, so that a change that was not compiled is found everywhere.
 *
 * The CLI is `bicep` on the PATH, or what `BICEP` names. (https://learn.microsoft.com/azure/azure-resource-manager/bicep/install; it is also
 * the NuGet package Azure.Bicep.CommandLine.linux-x64.)
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folder = import.meta.dirname;

/** Where the template is kept. */
export const templatePath = path.join(folder, 'azuredeploy.json');

/** The Bicep CLI: a path, or a name to be found on the PATH. */
export const cli = process.env['BICEP'] || 'bicep';

/** SHA-256, in hexadecimal, of everything that the template is made from. */
export async function digestOfSources(): Promise<string> {
  const files = globSync(['*.bicep', 'queries/*.kql', 'snapshots/*.bicepparam', 'bicepconfig.json'], {
    cwd: folder,
  }).toSorted();
  const hash = createHash('sha256');
  for (const file of files) {
    const text = await readFile(path.join(folder, file), 'utf8');
    hash.update(`${file.replaceAll('\\', '/')}\n${text.replaceAll('\r\n', '\n')}\n`);
  }
  return hash.digest('hex');
}

/**
 * Compiles.
 *
 * @returns the text of the template.
 * @throws when the CLI is not there, or has anything to complain about: warnings are about types, and mean a deployment that fails.
 */
export async function compile(): Promise<string> {
  const template = JSON.parse(await bicep('build', path.join(folder, 'main.bicep'), '--stdout')) as {
    metadata: object;
  };
  const metadata = { ...template.metadata, sources: await digestOfSources() };
  return `${JSON.stringify({ ...template, metadata }, null, 2)}\n`;
}

/** Where things would be deployed, as far as snapshots go: no tenant and no subscription of anybody's. */
const target = [
  ['--tenant-id', '22222222-2222-4222-8222-222222222222'],
  ['--subscription-id', '33333333-3333-4333-8333-333333333333'],
  ['--location', 'westeurope'],
  ['--deployment-name', 'postrider'],
].flat();

/** Evaluates every file of `snapshots/`: writes what stands beside it, or compares with it and throws when they differ. */
export async function snapshots(mode: 'overwrite' | 'validate'): Promise<void> {
  for (const file of globSync('snapshots/*.bicepparam', { cwd: folder })) {
    await bicep('snapshot', path.join(folder, file), '--mode', mode, ...target);
  }
}

async function bicep(...words: readonly string[]): Promise<string> {
  // Without ICU, as in slim containers, .NET starts only when told that it is not needed.
  const env = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' };
  const { stdout, stderr } = await run(cli, words, { env, maxBuffer: 32 * 1024 * 1024 });
  if (stderr.trim() !== '') throw new Error(stderr.trim());
  return stdout;
}

if (import.meta.main) {
  await writeFile(templatePath, await compile());
  await snapshots('overwrite');
  console.log('infra/azure: azuredeploy.json and snapshots written');
}
