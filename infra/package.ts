/**
 * Makes the zip that Azure deploys: host.json, a package.json that names the entry, and the bundle. Nothing is installed on the
 * other side (`func azure functionapp publish --no-build`, `az functionapp deployment source config-zip`, azd).
 */
import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { ZipFile } from 'yazl';
import { buildBundle, entry } from './build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A fixed date makes equal sources give equal zips. */
const mtime = new Date('2020-01-01T00:00:00Z');

/** What was written. */
export interface PackageReport {
  readonly files: readonly string[];
  /** Size of the zip in bytes. */
  readonly bytes: number;
}

/**
 * Builds and zips.
 *
 * @param target path of the zip, relative to the repository or absolute.
 * @param dist where the bundle is built.
 */
export async function makePackage(target = 'postrider.zip', dist = 'dist'): Promise<PackageReport> {
  const built = await buildBundle(dist);
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const { name, version, description, license, type } = manifest;
  // No "dependencies": everything is in the bundle, and a remote build must find nothing to do.
  const kept = { name, version, private: true, description, license, type, main: `dist/${entry}` };

  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(`${JSON.stringify(kept, null, 2)}\n`), 'package.json', { mtime });
  zip.addBuffer(await readFile(path.join(root, 'host.json')), 'host.json', { mtime });
  for (const file of built.files) {
    zip.addBuffer(await readFile(path.resolve(root, dist, file.name)), `dist/${file.name}`, { mtime });
  }
  zip.end();
  const absolute = path.resolve(root, target);
  await pipeline(zip.outputStream, createWriteStream(absolute));
  const files = ['package.json', 'host.json', ...built.files.map((file) => `dist/${file.name}`)];
  return { files, bytes: (await stat(absolute)).size };
}

if (import.meta.main) {
  const { files, bytes } = await makePackage();
  console.log(`postrider.zip: ${files.length} files, ${Math.round(bytes / 1024)} KiB`);
}
