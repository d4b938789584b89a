import { StartFailure } from '../start-failure.ts';

/** Where a queue service is and how its requests are authorised. */
export interface QueueAccount {
  /** Without a trailing slash, for example `http://127.0.0.1:10001/devstoreaccount1`. */
  endpoint: string;
  account: string;
  /** Shared key. */
  key?: Buffer;
  /** Shared access signature without the `?`. */
  sas?: string;
}

/** The well-known account of Azurite, public by design. */
const DEVELOPMENT =
  'AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1';

/**
 * The account behind a trigger's `connection`: the setting `AzureWebJobs<name>` or `<name>` holds its connection
 * string. Throws a StartFailure when neither is set, or when the connection is identity based.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#connections
 */
export function queueAccount(name: string): QueueAccount {
  const text = process.env[`AzureWebJobs${name}`] ?? process.env[name];
  if (text) return parse(text, name);
  const identity = Object.keys(process.env).find((key) => key.startsWith(`${name}__`));
  throw new StartFailure(
    identity
      ? `The connection '${name}' is identity based (${identity}), which the local host does not support: set ${name} to a connection string.`
      : `The setting '${name}' is missing: it must hold the connection string of the storage account of a queue trigger.`,
  );
}

function parse(text: string, name: string): QueueAccount {
  const development = /^UseDevelopmentStorage=true;?$/i.test(text.trim());
  const parts = new Map(
    (development ? DEVELOPMENT : text).split(';').map((part) => {
      const [key = '', ...value] = part.split('=');
      return [key.trim().toLowerCase(), value.join('=').trim()] as const;
    }),
  );
  const account = parts.get('accountname') ?? '';
  const scheme = parts.get('defaultendpointsprotocol') ?? 'https';
  const suffix = parts.get('endpointsuffix') ?? 'core.windows.net';
  const endpoint = parts.get('queueendpoint') ?? (account && `${scheme}://${account}.queue.${suffix}`);
  const key = parts.get('accountkey');
  const sas = parts.get('sharedaccesssignature');
  if (!URL.canParse(endpoint) || !(key && account) === !sas) {
    throw new StartFailure(
      `The setting '${name}' is not a storage connection string with a queue endpoint and either a key or a shared access signature.`,
    );
  }
  return {
    endpoint: endpoint.replace(/\/+$/, ''),
    account,
    ...(key && { key: Buffer.from(key, 'base64') }),
    ...(sas && { sas: sas.replace(/^\?/, '') }),
  };
}
