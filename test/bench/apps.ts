/** The apps that the local host runs: the bridge's bundle, and the baselines bundled in the same way. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, stop } from 'esbuild';
import { buildBundle, common } from '../../infra/build.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The baselines, by the names of their files in baseline/. */
export const baselines = ['nothing', 'enqueue', 'naive', 'queued', 'direct'] as const;
export type App = 'bridge' | (typeof baselines)[number];

/** Builds all apps below `folder` and returns their directories, each with our own host.json. */
export async function buildApps(folder: string): Promise<Record<App, string>> {
  const directory = async (app: App): Promise<string> => {
    const at = path.join(folder, app);
    await mkdir(path.join(at, 'dist'), { recursive: true });
    await cp(path.join(root, 'host.json'), path.join(at, 'host.json'));
    await writeFile(
      path.join(at, 'package.json'),
      JSON.stringify({ type: 'module', main: 'dist/postrider.js' }),
    );
    return at;
  };
  const [bridge, nothing, enqueue, naive, queued, direct] = await Promise.all([
    directory('bridge'),
    directory('nothing'),
    directory('enqueue'),
    directory('naive'),
    directory('queued'),
    directory('direct'),
  ]);
  const apps = { bridge, nothing, enqueue, naive, queued, direct };
  await buildBundle(path.relative(root, path.join(bridge, 'dist')));
  await Promise.all(baselines.map((name) => bundle(name, path.join(apps[name], 'dist'))));
  // The service process of esbuild would stay and take its share of the machine.
  await stop();
  return apps;
}

/** As infra/build.ts bundles the bridge. */
async function bundle(name: string, outdir: string): Promise<void> {
  await build({
    ...common,
    entryPoints: { postrider: path.join(import.meta.dirname, 'baseline', `${name}.ts`) },
    outdir,
    splitting: true,
  });
}
