/**
 * The part of the contract between the Functions host and a Node worker that `@azure/functions` sees. The library
 * calls it `@azure/functions-core`; no package of that name exists, the real worker injects it.
 * Source: types-core/index.d.ts of github.com/Azure/azure-functions-nodejs-worker.
 */

/** One value on its way to or from a function: exactly one member is set. */
export interface TypedData {
  string?: string | null;
  json?: string | null;
  /** The protocol says Uint8Array; an ArrayBuffer is read by the library without a copy (`Buffer.from`). */
  bytes?: Uint8Array | ArrayBuffer | null;
  http?: HttpData | null;
}

interface Nullable<T> {
  value?: T | null;
}

/** An HTTP request on the way in, a response on the way out. */
interface HttpData {
  method?: string;
  url?: string;
  nullableHeaders?: Record<string, Nullable<string>>;
  nullableQuery?: Record<string, Nullable<string>>;
  nullableParams?: Record<string, Nullable<string>>;
  body?: TypedData | null;
  /** Response only, as a decimal string. */
  statusCode?: string | null;
  /** Response only. */
  headers?: Record<string, string> | null;
  /** Response only. */
  cookies?: HttpCookie[] | null;
}

/** A response cookie; `none` means that no SameSite was asked for, `explicitNone` is `SameSite=None`. */
export interface HttpCookie {
  name?: string | null;
  value?: string | null;
  domain?: Nullable<string> | null;
  path?: Nullable<string> | null;
  expires?: Nullable<{ seconds?: number | null }> | null;
  secure?: Nullable<boolean> | null;
  httpOnly?: Nullable<boolean> | null;
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone' | null;
  /** Seconds. */
  maxAge?: Nullable<number> | null;
}

/** Trigger, input or output as `app.http(...)` and its kin describe it; members depend on `type`. */
export interface Binding {
  type?: string | null;
  direction?: string | null;
  [member: string]: unknown;
}

export interface FunctionMetadata {
  name: string;
  functionId?: string;
  bindings: Record<string, Binding>;
  retryOptions?: unknown;
}

export type FunctionCallback = (...args: unknown[]) => unknown;
export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
export type LogCategory = 'user' | 'system' | 'customMetric';

export interface InvocationRequest {
  invocationId: string;
  functionId: string;
  inputData: { name: string; data: TypedData }[];
  triggerMetadata?: Record<string, TypedData>;
  traceContext?: { traceParent: string; traceState: string; attributes: Record<string, string> };
}

export interface InvocationResponse {
  outputData?: { name?: string | null; data?: TypedData | null }[] | null;
  returnValue?: TypedData | null;
}

export interface CoreInvocationContext {
  invocationId: string;
  request: InvocationRequest;
  metadata: FunctionMetadata;
  state?: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log(level: LogLevel, category: LogCategory, message: string): void;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

/** What `@azure/functions` registers for itself; the host drives every invocation through it. */
export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(
    defaults: Record<string, string>,
  ): Promise<Record<string, string>> | Record<string, string>;
}
