/**
 * The stand-in for the module `@azure/functions-core`, put where the real worker puts its own: in front of `require`.
 * `@azure/functions` asks for it once, at its first registration, and keeps the answer, so `installCore` must run
 * before any app file is loaded. Works for CommonJS, ESM, stripped TypeScript and bundles that leave
 * `@azure/functions-core` external. Source: src/setupCoreModule.ts of github.com/Azure/azure-functions-nodejs-worker.
 */
import Module from 'node:module';
import { type Hook, type Registry, toRegisteredFunction } from './registry.ts';
import type { FunctionCallback, FunctionMetadata, LogCategory, LogLevel, ProgrammingModel } from './rpc.ts';

/** Versions told to the library: those of a host that knows log hooks (4.34) and HTTP capabilities. */
export const HOST_VERSION = '4.1047.0';
const WORKER_VERSION = '3.13.0';

type SystemLog = (level: LogLevel, category: LogCategory, message: string) => void;

let installed = false;
let model: ProgrammingModel | undefined;
let current: Registry | undefined;
let open = false;
let systemLog: SystemLog = () => {};

class Disposable {
  #release: (() => unknown) | undefined;
  constructor(release: () => unknown) {
    this.#release = release;
  }
  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => parts.forEach((part) => part.dispose()));
  }
  dispose(): unknown {
    const release = this.#release;
    this.#release = undefined;
    return release?.();
  }
}

const core = {
  version: WORKER_VERSION,
  hostVersion: HOST_VERSION,
  Disposable,
  setProgrammingModel(value: ProgrammingModel): void {
    model = value;
  },
  getProgrammingModel: (): ProgrammingModel | undefined => model,
  log(level: LogLevel, category: LogCategory, message: string): void {
    systemLog(level, category, message);
  },
  registerHook(name: string, hook: Hook): Disposable {
    const list = current && Object.entries(current.hooks).find(([known]) => known === name)?.[1];
    if (!list) {
      throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), {
        isAzureFunctionsSystemError: true,
      });
    }
    list.push(hook);
    return new Disposable(() => {
      const at = list.indexOf(hook);
      if (at >= 0) list.splice(at, 1);
    });
  },
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
    if (!open || !current) throw new Error('A function can only be registered during app startup.');
    const { functions } = current;
    const id = metadata.functionId ?? metadata.name;
    if (functions.has(id)) throw new Error(`A function with id "${id}" has already been registered.`);
    current.model = model;
    functions.set(id, toRegisteredFunction({ ...metadata, functionId: id }, callback));
    return new Disposable(() => functions.delete(id));
  },
};

/** Puts the stand-in in place, once for the process. */
export function installCore(): void {
  if (installed) return;
  installed = true;
  // oxlint-disable-next-line typescript/unbound-method -- called below with the module it belongs to
  const original = Module.prototype.require;
  Module.prototype.require = function require(this: Module, id: string): unknown {
    return id === '@azure/functions-core' ? core : original.call(this, id);
  };
}

/** Lets `app.*` calls write into this registry from now on. */
export function openRegistration(registry: Registry, log: SystemLog): void {
  current = registry;
  open = true;
  systemLog = log;
}

/** After this a late `app.http(...)` throws, as on Azure. */
export function closeRegistration(): void {
  open = false;
}
