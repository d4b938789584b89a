/**
 * Makes the zip that Azure deploys: host.json, a package.json that names the entry, and the bundle. Nothing is installed on the
 * other side (`func azure functionapp publish --no-build`, `az functionapp deployment source config-zip`, azd).
 */
import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { buildBundle } from './build.ts';

const target = 'postrider.zip';
const root = new URL('../', import.meta.url);

const { files } = await buildBundle();
const { name, version, description, license, type, main } = JSON.parse(
  await readFile(new URL('package.json', root), 'utf8'),
) as Record<string, string>;
// No "dependencies": everything is in the bundle, and a remote build must find nothing to do.
const manifest = { name, version, private: true, description, license, type, main };

/** A fixed date makes equal sources give equal zips. */
const mtime = new Date('2020-01-01T00:00:00Z');
const zip = new ZipFile();
zip.addBuffer(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), 'package.json', { mtime });
for (const path of ['host.json', ...files.map((file) => file.path)]) {
  zip.addBuffer(await readFile(new URL(path, root)), path, { mtime });
}
zip.end();
await pipeline(zip.outputStream, createWriteStream(new URL(target, root)));

const { size } = await stat(new URL(target, root));
console.log(`${target}: ${files.length + 2} files, ${Math.round(size / 1024)} KiB`);
