/**
 * Builds what Azure runs: `functions/` and `shared/` as minified ES modules in `dist/`.
 *
 * A cold instance reads one file, `postrider.js`, with what accepting needs and nothing else: file count and size are what loading
 * takes. Whatever is reached by `import()` (delivery, blobs, HTML to text, OpenAPI) is built a second time into chunks of its own,
 * which are read when they are first needed. Code that both need stands in both, since sharing it would cut the entry into pieces again;
 * so nothing may depend on an `instanceof` or a module-level variable across that border.
 * `@azure/functions-core` stays external: the Functions worker provides it.
 */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop, type BuildOptions, type Plugin } from 'esbuild';

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
 * @param more plugins that go first: the benchmarks leave parts out, to see what they cost.
 * @throws when esbuild finds an error; it has been printed then.
 */
export async function buildBundle(outdir = 'dist', more: readonly Plugin[] = []): Promise<BuildReport> {
  const target = path.resolve(root, outdir);
  await rm(target, { recursive: true, force: true });
  const lazy = new Map<string, string>();
  const options = { ...common, outdir: target };
  const eager = await build({
    ...options,
    entryPoints: { postrider: 'functions/index.ts' },
    plugins: [...more, globalProcess, setAside(lazy), withoutSideEffects],
  });
  const late = await build({
    ...options,
    entryPoints: Object.fromEntries([...lazy].map(([file, name]) => [name, file])),
    plugins: [...more, globalProcess, withoutSideEffects],
    splitting: true,
    chunkNames: 'chunk-[hash]',
  });
  // Else esbuild's service process would live as long as this one.
  await stop();
  const outputs = { ...eager.metafile.outputs, ...late.metafile.outputs };
  const files = Object.entries(outputs)
    .map(([file, { bytes }]) => ({ name: path.basename(file), bytes }))
    .sort((a, b) => Number(b.name === entry) - Number(a.name === entry) || b.bytes - a.bytes);
  return { files };
}

/** How everything is bundled; the benchmarks bundle their baselines the same way. */
export const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // The Graph client is CommonJS to Node, which an import() of esbuild's would find without its names; its ES modules have them.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  external: ['@azure/functions-core'],
  // CommonJS dependencies call require(); in an ES module there is none.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * `process` without its module: importing `node:process` makes Node read every property of it once, standard input and the list of
 * allowed flags among them, which takes some milliseconds of a cold start.
 */
const globalProcess: Plugin = {
  name: 'global-process',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^(?:node:)?process$/ }, ({ path: specifier }) => ({
      path: specifier,
      namespace: 'process',
    }));
    esbuild.onLoad({ filter: /.*/, namespace: 'process' }, () => ({
      contents: 'export default globalThis.process;',
    }));
  },
};

/**
 * Azure's packages say that importing them does nothing by itself (`sideEffects`), but esbuild asks the package.json nearest to a file,
 * and theirs have one in `dist/esm` that says no more than `"type": "module"`. So what nobody uses of them would stay in.
 */
const withoutSideEffects: Plugin = {
  name: 'without-side-effects',
  setup(esbuild) {
    esbuild.onResolve(
      { filter: /^[.@]/ },
      async ({ path: specifier, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === 'found' || kind !== 'import-statement') return undefined;
        const found = await esbuild.resolve(specifier, { kind, importer, resolveDir, pluginData: 'found' });
        const folder = /^.*\/node_modules\/@(?:azure|azure-rest|typespec)\/[^/]+(?=\/dist\/esm\/)/.exec(
          found.path,
        )?.[0];
        if (folder === undefined || found.external || found.errors.length > 0) return found;
        return { ...found, sideEffects: await hasSideEffects(folder) };
      },
    );
  },
};

/** What a package says. @param folder of the package. */
async function hasSideEffects(folder: string): Promise<boolean> {
  const text = await readFile(path.join(folder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly sideEffects?: unknown }).sideEffects !== false;
}

/** Leaves every `import()` of ours to the second build; `lazy` gets file → name of its chunk. */
function setAside(lazy: Map<string, string>): Plugin {
  return {
    name: 'set-aside',
    setup(esbuild) {
      esbuild.onResolve(
        { filter: /.*/ },
        async ({ path: specifier, kind, importer, resolveDir, pluginData }) => {
          // A library's own import() stays in its bundle.
          if (kind !== 'dynamic-import' || pluginData === 'seen' || importer.includes('node_modules'))
            return undefined;
          const found = await esbuild.resolve(specifier, { kind, importer, resolveDir, pluginData: 'seen' });
          if (found.external || found.errors.length > 0) return found;
          const name = specifier.startsWith('.')
            ? path.parse(specifier).name
            : specifier.replaceAll(/[^\w]+/g, '-').replace(/^-/, '');
          lazy.set(found.path, name);
          return { path: `./${name}.js`, external: true };
        },
      );
    },
  };
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
