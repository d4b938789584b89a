/**
 * Which reading a request gets: the adapter that its hook names, else the first that knows the shape, else the generic one.
 */
import { platforms } from './adapters/platforms.ts';
import { tools } from './adapters/tools.ts';
import type { Adapter, AlertGroup, Handshake, HookRequest, Reading } from './alert.ts';
import { readGeneric } from './generic.ts';
import { withUnsaid } from './unsaid.ts';

/** All adapters, in the order in which they are asked. */
export const adapters: readonly Adapter[] = [...platforms, ...tools];

/**
 * Reads a request to a hook. Never throws and never comes back empty: what no adapter knows, the generic reading takes.
 *
 * @param adapterName the adapter that the hook names; it is asked first. Unknown names are ignored, and so is a named adapter when
 *   the body is not its sender's: a person who tests a hook by hand gets a mail, too.
 */
export function readHook(request: HookRequest, adapterName?: string): AlertGroup | Handshake {
  const named = adapters.filter((adapter) => adapter.name === adapterName);
  for (const adapter of new Set([...named, ...adapters])) {
    const reading = attempt(adapter, request);
    if (reading?.kind === 'handshake') return reading;
    if (reading && reading.alerts.length > 0) return withFiles(withUnsaid(reading, request), request);
  }
  return readGeneric(request);
}

/** Files that came beside the fields are part of what was said, whoever read the fields. */
function withFiles(group: AlertGroup, { files }: HookRequest): AlertGroup {
  const { files: read = [] } = group;
  const missing = files.filter((file) => !read.includes(file));
  return missing.length === 0 ? group : { ...group, files: [...read, ...missing] };
}

/** An adapter that throws has a defect, which must not cost the sender its mail. */
function attempt(adapter: Adapter, request: HookRequest): Reading {
  try {
    return adapter.read(request);
  } catch {
    return undefined;
  }
}
