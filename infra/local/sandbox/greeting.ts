/**
 * What `npm start` says: where things are, a key that works, and a line to paste.
 */
import type { Sandbox } from './sandbox.ts';

/** `npm start -- --help`. */
export const help = `Starts Postrider on 127.0.0.1 with a pretend Microsoft 365 and an inbox to look into.

Usage: npm start -- [options]

  --port <n>          port of the bridge (default 7071; another one when it is taken)
  --inbox-port <n>    port of the inbox page (default 8025; another one when it is taken)
  --transports <list> ways to send, best first: graph, smtp, or graph,smtp (default: POSTRIDER_TRANSPORTS, then graph,smtp)
  --no-bridge         everything but the bridge, for one of your own: npm run settings -- --from-sandbox, then func start
  --data <folder>     keep storage in this folder; default: a temporary one, deleted at the end
  -h, --help          this text

Any POSTRIDER_… setting in the environment is handed to the bridge; docs/configuration.md lists them.`;

/**
 * The text printed when everything is up.
 *
 * @param colour whether the terminal shows colours.
 */
export function greeting(sandbox: Sandbox, colour: boolean): string {
  const strong = (text: string) => (colour ? `\u001B[1m${text}\u001B[22m` : text);
  const faint = (text: string) => (colour ? `\u001B[2m${text}\u001B[22m` : text);
  return `
${strong('Postrider')} is up.

  Bridge   ${strong(sandbox.bridgeUrl)}
  Inbox    ${strong(sandbox.inboxUrl)}
  API key  ${strong(sandbox.apiKey)}

Send a mail:

${sandbox.curl}

Let a tool or a device send one:

curl -d "Backup done" ${sandbox.hookUrl}
${faint(`npx postrider trigger alertmanager --to ${sandbox.hookUrl}`)}

${faint(`It goes by ${sandbox.transports}, stays inside this machine and shows up in the inbox. To use the command line:`)}
${faint(`  npx postrider --storage '${sandbox.storage}' keys list`)}
${faint('Ctrl-C stops everything.')}
`;
}
