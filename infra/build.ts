/**
 * Builds what Azure runs: `functions/` and `shared/` as one minified ESM bundle in `dist/`.
 *
 * One entry, because file count dominates the load time of a cold instance; what only delivery needs is split into chunks
 * that are read when the first message is delivered. `@azure/functions-core` stays external: the Functions worker provides it.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The file that the Functions worker loads: `main` of package.json. */
export const entry = 'postrider.js';

/** What was written. */
export interface BuildReport {
  /** File names within the folder, and sizes in bytes; the entry first. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/**
 * Builds.
 *
 * @param outdir where to: absolute, or relative to the repository. Emptied first. Its files are ES modules, so a package.json with
 *   `"type": "module"` must stand above it.
 * @throws when esbuild finds an error; it has been printed then.
 */
export async function buildBundle(outdir = 'dist'): Promise<BuildReport> {
  const target = path.resolve(root, outdir);
  await rm(target, { recursive: true, force: true });
  const result = await build({
    absWorkingDir: root,
    entryPoints: { postrider: 'functions/index.ts' },
    outdir: target,
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // The Graph client is CommonJS to Node, which an import() of esbuild's would find without its names; its ES modules have them.
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    legalComments: 'none',
    external: ['@azure/functions-core'],
    // CommonJS dependencies call require(); in an ES module there is none.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
  });
  // Else its service process would live as long as this one.
  await stop();
  const files = Object.entries(result.metafile.outputs)
    .map(([file, { bytes }]) => ({ name: path.basename(file), bytes }))
    .sort((a, b) => Number(b.name === entry) - Number(a.name === entry) || b.bytes - a.bytes);
  return { files };
}

if (import.meta.main) {
  const { files } = await buildBundle();
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(
    `dist/${files[0]?.name}: ${kib(files[0]?.bytes ?? 0)} KiB; ${files.length} files, ${kib(total)} KiB in all`,
  );
}

function kib(bytes: number): number {
  return Math.round(bytes / 1024);
}
