import path from 'node:path';

/** What a bridge must be told to speak to the sandbox, as JSON; there while `npm start` runs in the same folder. */
export const sandboxSettings: string = path.resolve('.postrider', 'sandbox.json');
