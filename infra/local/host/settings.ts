import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf, StartFailure } from './start-failure.ts';

/**
 * Puts the app's settings into the environment, where apps read them: those given win over the real environment,
 * which wins over `Values` of local.settings.json, as with `func start`. Returns a function that puts the environment
 * back as it was. Throws a StartFailure when local.settings.json is not readable JSON.
 */
export async function applySettings(
  directory: string,
  given: Readonly<Record<string, string>>,
): Promise<() => void> {
  const defaults: Record<string, string> = {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    AzureWebJobsScriptRoot: directory,
    ...(await localValues(path.join(directory, 'local.settings.json'))),
  };
  const before: [string, string | undefined][] = [];
  const put = (name: string, value: string): void => {
    before.push([name, process.env[name]]);
    process.env[name] = value;
  };
  for (const [name, value] of Object.entries(given)) put(name, value);
  for (const [name, value] of Object.entries(defaults)) {
    if (process.env[name] === undefined) put(name, value);
  }
  return () => {
    for (const [name, value] of before.toReversed()) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

async function localValues(file: string): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return {};
  }
  try {
    const { Values = {} }: { Values?: Record<string, unknown> } = JSON.parse(text);
    return Object.fromEntries(Object.entries(Values).map(([name, value]) => [name, String(value)]));
  } catch (cause) {
    throw new StartFailure(`local.settings.json is not valid JSON: ${reasonOf(cause)}.`, { cause });
  }
}

/** Replaces each `%Name%` by the setting of that name; `where` says, for the sentence, who asked for it. */
export function resolveNames(text: string, where: string): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = process.env[name];
    if (value === undefined) {
      throw new StartFailure(`${where} names the setting %${name}%, which is not set.`);
    }
    return value;
  });
}

/** `AzureWebJobs.<function>.Disabled=true` switches a function off. */
export function isDisabled(functionName: string): boolean {
  return process.env[`AzureWebJobs.${functionName}.Disabled`]?.toLowerCase() === 'true';
}
