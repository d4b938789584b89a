import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { closeRegistration, installCore, openRegistration } from './core.ts';
import type { Log } from './log.ts';
import { createRegistry, type Registry, runHooks } from './registry.ts';
import { reasonOf, StartFailure } from './start-failure.ts';

/**
 * Registries by the files that made them. A process loads a module once, so an app that is started a second time in
 * the same process (tests do this) gets the registrations of the first time.
 */
const loaded = new Map<string, Registry>();

/**
 * Loads the app's entry files and returns what they registered, after the appStart hooks.
 * `entry` is a path relative to the app's directory; without it `main` of package.json is taken as a glob, as the
 * worker does. Throws a StartFailure when no file matches, a file or hook throws, or the app asks for HTTP streaming.
 */
export async function loadApp(directory: string, entry: string | undefined, log: Log): Promise<Registry> {
  installCore();
  const files = entry === undefined ? await mainFiles(directory) : [path.resolve(directory, entry)];
  const key = files.join('\n');
  const known = loaded.get(key);
  const registry = known ?? createRegistry();
  openRegistration(registry, (level, _category, message) => log.write(level, 'Host', message));
  try {
    if (!known) for (const file of files) await load(file, directory);
    await startHooks(registry, directory);
  } finally {
    closeRegistration();
  }
  const capabilities = (await registry.model?.getCapabilities?.({})) ?? {};
  if ('HttpUri' in capabilities) {
    throw new StartFailure(
      'The app sets enableHttpStream, which the local host does not run: use Core Tools.',
    );
  }
  loaded.set(key, registry);
  return registry;
}

async function mainFiles(directory: string): Promise<string[]> {
  const main = await mainPattern(path.join(directory, 'package.json'));
  const files: string[] = [];
  if (/[*?{[]/.test(main)) {
    const { glob } = await import('node:fs/promises');
    for await (const file of glob(main, { cwd: directory })) files.push(path.join(directory, file));
    files.sort();
  } else {
    files.push(path.join(directory, main));
  }
  if (files.length === 0) {
    throw new StartFailure(`No file matches '${main}', the "main" of package.json in ${directory}.`);
  }
  return files;
}

async function mainPattern(file: string): Promise<string> {
  try {
    const manifest: { main?: unknown } = JSON.parse(await readFile(file, 'utf8'));
    return typeof manifest.main === 'string' ? manifest.main : 'index.js';
  } catch (cause) {
    throw new StartFailure(`The app's package.json cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}

async function load(file: string, directory: string): Promise<void> {
  const url = pathToFileURL(file).href;
  try {
    await import(url);
  } catch (cause) {
    const name = path.relative(directory, file);
    const missing = cause instanceof Error && 'url' in cause && cause.url === url;
    throw new StartFailure(
      missing
        ? `The app's entry file ${name} does not exist: build the app, or name another file with --entry.`
        : `The app's entry file ${name} failed while it was loaded: ${reasonOf(cause)}.`,
      { cause },
    );
  }
}

async function startHooks(registry: Registry, functionAppDirectory: string): Promise<void> {
  const { appHookData, appOnlyHookData: hookData } = registry;
  try {
    await runHooks(registry, 'appStart', { hookData, appHookData, functionAppDirectory });
  } catch (cause) {
    throw new StartFailure(`An appStart hook of the app failed: ${reasonOf(cause)}.`, { cause });
  }
}
