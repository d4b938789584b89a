import { fileURLToPath } from 'node:url';

/** What a bridge must be told to speak to the sandbox, as JSON; there while `npm start` runs. */
export const sandboxSettings: string = fileURLToPath(
  new URL('../../../.postrider/sandbox.json', import.meta.url),
);
