import type { Binding, FunctionCallback, FunctionMetadata, ProgrammingModel } from './rpc.ts';

export interface RegisteredFunction {
  name: string;
  metadata: FunctionMetadata;
  callback: FunctionCallback;
  /** The one binding whose type ends in `Trigger`, with the name it has among the bindings. */
  trigger: Binding & { name: string; type: string };
}

export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';
export type Hook = (context: object) => unknown;

/** What one app registered while its files were loaded. */
export interface Registry {
  /** Set by the copy of `@azure/functions` that the app itself uses (a bundle brings its own). */
  model: ProgrammingModel | undefined;
  functions: Map<string, RegisteredFunction>;
  hooks: Record<HookName, Hook[]>;
  /** Shared by all hooks of the app (`appHookData` in the library's hook contexts). */
  appHookData: Record<string, unknown>;
  /** Shared by appStart and appTerminate alone. */
  appOnlyHookData: Record<string, unknown>;
}

export function createRegistry(): Registry {
  return {
    model: undefined,
    functions: new Map(),
    hooks: { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [], log: [] },
    appHookData: {},
    appOnlyHookData: {},
  };
}

/** Runs the hooks of one kind in the order of their registration; a throwing hook stops the rest, as in the worker. */
export async function runHooks(registry: Registry, name: HookName, context: object): Promise<void> {
  for (const hook of registry.hooks[name]) await hook(context);
}

/** Turns the library's metadata into a registered function; throws when no binding is a trigger. */
export function toRegisteredFunction(
  metadata: FunctionMetadata,
  callback: FunctionCallback,
): RegisteredFunction {
  for (const [name, binding] of Object.entries(metadata.bindings)) {
    const type = binding.type ?? '';
    if (/trigger$/i.test(type)) {
      return { name: metadata.name, metadata, callback, trigger: { ...binding, name, type } };
    }
  }
  throw new Error(`Function '${metadata.name}' has no trigger.`);
}
