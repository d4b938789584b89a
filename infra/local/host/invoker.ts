import { randomUUID } from 'node:crypto';
import type { Log } from './log.ts';
import { type RegisteredFunction, type Registry, runHooks } from './registry.ts';
import type {
  CoreInvocationContext,
  InvocationModel,
  InvocationRequest,
  InvocationResponse,
  LogCategory,
  LogLevel,
  TypedData,
} from './rpc.ts';

interface Invocation {
  invocationId: string;
  /** The trigger's own input. */
  data: TypedData;
  triggerMetadata?: Record<string, TypedData>;
  traceContext?: NonNullable<InvocationRequest['traceContext']>;
  /** Called when the library has made its own copy of `data`, so that a large body can be let go early. */
  onTaken?: () => void;
}

export interface Invoker {
  /** Runs one function with its hooks; rejects with what the handler or a hook threw. */
  invoke(fn: RegisteredFunction, invocation: Invocation): Promise<InvocationResponse>;
  /** Number of invocations under way. */
  running(): number;
}

export interface InvokerOptions {
  registry: Registry;
  log: Log;
  /** host.json `functionTimeout`; Infinity for none. */
  timeoutMs: number;
  /** Called once when an invocation has run for `timeoutMs`. The host ends the worker process then. */
  onTimeout: (name: string, invocationId: string) => void;
}

/**
 * The worker's pipeline for one invocation: model, arguments, pre-invocation hooks (which may replace inputs and
 * handler), handler, post-invocation hooks (which may replace the result or clear the error), response.
 * Source: src/eventHandlers/InvocationHandler.ts of github.com/Azure/azure-functions-nodejs-worker.
 */
export function createInvoker({ registry, log, timeoutMs, onTimeout }: InvokerOptions): Invoker {
  let running = 0;
  const { hooks, appHookData } = registry;

  async function run(fn: RegisteredFunction, invocation: Invocation): Promise<InvocationResponse> {
    const core = coreContext(fn, invocation);
    if (!registry.model) throw new Error('No programming model: the app does not use @azure/functions.');
    const model = await registry.model.getInvocationModel(core);
    const { context, inputs } = await model.getArguments();
    core.use(context);
    invocation.onTaken?.();
    if (hooks.preInvocation.length === 0 && hooks.postInvocation.length === 0) {
      core.state = 'invocation';
      return model.getResponse(context, await settle(core, model, context, inputs, fn.callback));
    }
    return withHooks(core, model, context, inputs, fn);
  }

  async function withHooks(
    core: CoreInvocationContext,
    model: InvocationModel,
    invocationContext: unknown,
    inputs: unknown[],
    fn: RegisteredFunction,
  ): Promise<InvocationResponse> {
    const shared = { hookData: {}, appHookData, invocationContext };
    const before = { ...shared, inputs, functionCallback: fn.callback };
    core.state = 'preInvocationHooks';
    await runHooks(registry, 'preInvocation', before);
    const after = { ...shared, inputs: before.inputs, result: null as unknown, error: null as unknown };
    core.state = 'invocation';
    try {
      after.result = await settle(core, model, invocationContext, before.inputs, before.functionCallback);
    } catch (error) {
      after.error = error;
    }
    core.state = 'postInvocationHooks';
    await runHooks(registry, 'postInvocation', after);
    core.state = undefined;
    if (after.error != null) throw after.error;
    return model.getResponse(invocationContext, after.result);
  }

  function coreContext(
    fn: RegisteredFunction,
    invocation: Invocation,
  ): CoreInvocationContext & { use(context: unknown): void } {
    const { invocationId, data, triggerMetadata, traceContext } = invocation;
    const functionId = fn.metadata.functionId ?? fn.name;
    let invocationContext: unknown;
    return {
      invocationId,
      metadata: fn.metadata,
      request: {
        invocationId,
        functionId,
        inputData: [{ name: fn.trigger.name, data }],
        ...(triggerMetadata && { triggerMetadata }),
        ...(traceContext && { traceContext }),
      },
      use(context) {
        invocationContext = context;
      },
      log(level, category, message) {
        const entry = { level, message, category };
        if (hooks.log.length > 0) {
          const seen = { ...entry, invocationContext, hookData: {}, appHookData };
          for (const hook of hooks.log) hook(seen);
          if (category === 'user') Object.assign(entry, { level: seen.level, message: seen.message });
        }
        log.write(entry.level, logCategory(fn.name, category), entry.message, { invocationId });
      },
    };
  }

  return {
    running: () => running,
    async invoke(fn, invocation) {
      running++;
      const timer = Number.isFinite(timeoutMs)
        ? setTimeout(onTimeout, timeoutMs, fn.name, invocation.invocationId)
        : undefined;
      try {
        return await run(fn, invocation);
      } finally {
        running--;
        clearTimeout(timer);
      }
    },
  };
}

/** Runs the handler. A thrown `undefined` or `null` counts as success, as in the worker. */
async function settle(
  core: CoreInvocationContext,
  model: InvocationModel,
  context: unknown,
  inputs: unknown[],
  callback: RegisteredFunction['callback'],
): Promise<unknown> {
  try {
    return await model.invokeFunction(context, inputs, callback);
  } catch (error) {
    if (error == null) return null;
    throw error;
  } finally {
    core.state = undefined;
  }
}

function logCategory(name: string, category: LogCategory): string {
  return category === 'user' ? `Function.${name}.User` : `Function.${name}`;
}

/** Logs the end of a failed invocation with the stack, as the host does, at level Error. */
export function logFailure(
  log: Log,
  name: string,
  invocationId: string,
  error: unknown,
  level: LogLevel = 'error',
): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.write(level, `Function.${name}`, `Failed (id ${invocationId}): ${text}`, { invocationId });
}

export const newInvocationId: () => string = randomUUID;
