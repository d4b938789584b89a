/** The apps that the local host runs: the bridge's bundle, and the baselines bundled in the same way. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, stop, type Plugin } from 'esbuild';
import { buildBundle, common } from '../../infra/build.ts';
import { mailbox } from './mail.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The baselines, by the names of their files in baseline/. */
export const baselines = ['nothing', 'enqueue', 'naive', 'queued', 'direct'] as const;
export type App = 'bridge' | 'unguarded' | (typeof baselines)[number];

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
  const [bridge, unguarded, nothing, enqueue, naive, queued, direct] = await Promise.all([
    directory('bridge'),
    directory('unguarded'),
    directory('nothing'),
    directory('enqueue'),
    directory('naive'),
    directory('queued'),
    directory('direct'),
  ]);
  const apps = { bridge, unguarded, nothing, enqueue, naive, queued, direct };
  await buildBundle(path.relative(root, path.join(bridge, 'dist')));
  await buildBundle(path.relative(root, path.join(unguarded, 'dist')), [openDoors]);
  await Promise.all(baselines.map((name) => bundle(name, path.join(apps[name], 'dist'))));
  // The service process of esbuild would stay and take its share of the machine.
  await stop();
  return apps;
}

/** The bridge without its doorkeeper: everybody is the submitter of the bench. */
const openDoors: Plugin = {
  name: 'open-doors',
  setup(esbuild) {
    esbuild.onLoad({ filter: /[\\/]shared[\\/]access[\\/]doorkeeper\.ts$/ }, () => ({
      loader: 'ts',
      contents: `
        const submitter = { name: 'bench', senders: ['${mailbox}'], networks: [], disabled: false };
        const caller = Promise.resolve({ ok: true, value: { submitter } });
        export const openDoorkeeper = () => ({ submitter: () => caller });
      `,
    }));
  },
};

/** As infra/build.ts bundles the bridge. */
async function bundle(name: string, outdir: string): Promise<void> {
  await build({
    ...common,
    entryPoints: { postrider: path.join(import.meta.dirname, 'baseline', `${name}.ts`) },
    outdir,
    splitting: true,
  });
}
