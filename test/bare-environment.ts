/**
 * What a program of ours that a test starts is given of this environment: enough to run, and no setting of anybody. The folder of compiled
 * sources is there in the suite only (run.ts).
 */
export const bareEnvironment: Readonly<Record<string, string | undefined>> = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
};
