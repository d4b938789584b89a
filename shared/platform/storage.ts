/**
 * The one connection to Azure Storage, in the forms the Functions host itself accepts for `AzureWebJobsStorage`: a connection
 * string, or identity-based settings (`AzureWebJobsStorage__accountName`, or `__tableServiceUri`, `__queueServiceUri` and
 * `__blobServiceUri`, with `__clientId` for a user-assigned identity).
 * (https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity)
 *
 * A door. Everything is opened on first use. Blobs and the identity are also loaded then: both are heavy, and a small mail sent with
 * a connection string needs neither.
 */
import { RestError, TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import { QueueClient } from '@azure/storage-queue';
import type { ContainerClient } from '@azure/storage-blob';
import { clouds } from './clouds.ts';
import { ConfigurationError } from './config.ts';
import { identityCredential, type AccessTokenCredential } from './identity.ts';

/** Everything Postrider keeps in the storage account. `infra/azure` creates the same names. */
export const storageNames = {
  messages: 'PostriderMessages',
  access: 'PostriderAccess',
  audit: 'PostriderAudit',
  uses: 'PostriderUses',
  queue: 'postrider-outbox',
  highQueue: 'postrider-outbox-high',
  lowQueue: 'postrider-outbox-low',
  // The host moves what it gives up on into `<queue>-poison`.
  poisonQueue: 'postrider-outbox-poison',
  highPoisonQueue: 'postrider-outbox-high-poison',
  lowPoisonQueue: 'postrider-outbox-low-poison',
  events: 'postrider-events',
  eventsPoison: 'postrider-events-poison',
  content: 'postrider-content',
  pace: 'PostriderPace',
  alerts: 'PostriderAlerts',
} as const;

/** Clients for the things above. Nothing is created here: a missing table or queue is made when it is first written. */
export interface Storage {
  table(name: string): TableClient;
  queue(name: string): QueueClient;
  container(name: string): Promise<ContainerClient>;
}

/**
 * Waiting for a dead storage account must end before the caller's patience does: senders give up after 4 to 30 s. A write is
 * repeated twice within about 2 s, then the request is refused with 503.
 */
const retryOptions = { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 1500 };
const queueRetryOptions = {
  maxTries: 3,
  retryDelayInMs: 300,
  maxRetryDelayInMs: 1500,
  tryTimeoutInMs: 10_000,
};

/** How long a table is waited for, in milliseconds: a connection that went dead without a word would hold an attempt for ever. */
const tableTimeout = 15_000;

/** The SDK ends requests to queues and blobs by itself (`tryTimeoutInMs`), but waits for tables without end. Not repeated. */
const timeLimit: NonNullable<TableServiceClientOptions['additionalPolicies']>[number] = {
  position: 'perCall',
  policy: {
    name: 'time-limit',
    async sendRequest(request, next) {
      request.timeout = tableTimeout;
      try {
        return await next(request);
      } catch (error) {
        if ((error as { name?: string }).name !== 'AbortError') throw error;
        const seconds = tableTimeout / 1000;
        throw new RestError(`The table service did not answer within ${seconds} s.`, { code: 'ETIMEDOUT' });
      }
    },
  },
};

const tableOptions: TableServiceClientOptions = { retryOptions, additionalPolicies: [timeLimit] };

/**
 * Opens the connection.
 *
 * @param environment the application settings.
 * @param credential shown instead of the managed identity, where there is no connection string.
 * @throws ConfigurationError when no form of `AzureWebJobsStorage` is set, or the connection string is not one.
 */
export function openStorage(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  credential: AccessTokenCredential = identityCredential(environment['AzureWebJobsStorage__clientId']),
): Storage {
  const connection = environment['AzureWebJobsStorage'];
  return connection ? byConnectionString(connection) : byIdentity(environment, credential);
}

function byConnectionString(text: string): Storage {
  const connection = text.trim() === 'UseDevelopmentStorage=true' ? developmentStorage : text;
  const insecure = /(^|;)\s*(DefaultEndpointsProtocol=http;|\w+Endpoint=http:)/i.test(connection);
  const table = (name: string) =>
    TableClient.fromConnectionString(connection, name, {
      allowInsecureConnection: insecure,
      ...tableOptions,
    });
  const queue = (name: string) => new QueueClient(connection, name, { retryOptions: queueRetryOptions });
  try {
    table('probe');
    queue('probe');
  } catch {
    throw new ConfigurationError(
      'AzureWebJobsStorage is not a storage connection string: copy it whole from the storage account\'s "Access keys", or use identity-based settings (see docs/configuration.md)',
    );
  }
  return {
    table: (name) => whenAsked(() => table(name)),
    queue: (name) => whenAsked(() => queue(name)),
    container: async (name) => {
      const blob = await import('@azure/storage-blob');
      return new blob.ContainerClient(connection, name, { retryOptions: queueRetryOptions });
    },
  };
}

function byIdentity(
  environment: Readonly<Record<string, string | undefined>>,
  credential: AccessTokenCredential,
): Storage {
  const account = environment['AzureWebJobsStorage__accountName'];
  const suffix =
    environment['AzureWebJobsStorage__endpointSuffix'] ?? domainOf(environment['POSTRIDER_CLOUD']);
  const uri = (service: 'table' | 'queue' | 'blob'): string => {
    const given = environment[`AzureWebJobsStorage__${service}ServiceUri`];
    if (given && !URL.canParse(given)) {
      throw new ConfigurationError(
        `AzureWebJobsStorage__${service}ServiceUri is no URL: write one such as https://<account>.${service}.${suffix}`,
      );
    }
    if (given) return given.replace(/\/+$/, '');
    if (account) return `https://${account}.${service}.${suffix}`;
    throw new ConfigurationError(
      `AzureWebJobsStorage is missing: set it to a connection string, or set AzureWebJobsStorage__accountName (or AzureWebJobsStorage__${service}ServiceUri) to use a managed identity`,
    );
  };
  const uris = { table: uri('table'), queue: uri('queue'), blob: uri('blob') };
  return {
    table: (name) => whenAsked(() => new TableClient(uris.table, name, credential, tableOptions)),
    queue: (name) =>
      whenAsked(
        () => new QueueClient(`${uris.queue}/${name}`, credential, { retryOptions: queueRetryOptions }),
      ),
    container: async (name) => {
      const blob = await import('@azure/storage-blob');
      return new blob.ContainerClient(`${uris.blob}/${name}`, credential, {
        retryOptions: queueRetryOptions,
      });
    },
  };
}

/**
 * A client that is made when it is first asked for something. Each has a pipeline of its own, which takes about a millisecond of a cold
 * start, and of the ten that there are a first request needs four.
 */
function whenAsked<Client extends object>(make: () => Client): Client {
  let made: Client | undefined;
  return new Proxy({} as Client, {
    get(_, name) {
      made ??= make();
      const member: unknown = Reflect.get(made, name);
      return typeof member === 'function' ? member.bind(made) : member;
    },
  });
}

/** Where storage accounts are in the cloud of the bridge; one that is not known is named when the settings are read. */
const domainOf = (cloud = 'global'): string =>
  (Object.hasOwn(clouds, cloud) ? clouds[cloud as keyof typeof clouds] : clouds.global).storageSuffix;

/** The published account of Azurite and the old emulator; a public constant, not a secret. */
const developmentStorage =
  'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;' +
  'AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;' +
  'BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;' +
  'QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;' +
  'TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;';
