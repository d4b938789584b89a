/**
 * The control door of the storage simulator, for tests in other processes. Plain HTTP on 127.0.0.1, JSON both ways:
 *
 *     GET, POST, DELETE /faults/storage   as the control door of the other simulators (../control.ts)
 *     GET    /transactions                { blob: { PutBlob: 1 }, queue: { … }, table: { … } }
 *     DELETE /transactions                204; counting begins again
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerEmpty, answerJson } from '../answer.ts';
import { serveFaults } from '../control.ts';
import { listen, type Listening } from '../listening.ts';
import type { StorageFaults } from './faults.ts';

interface StorageControl {
  readonly faults: StorageFaults;
  transactions(): object;
  resetTransactions(): void;
}

/** @throws the system's error when the port cannot be had. */
export function startStorageControl(control: StorageControl, port: number): Promise<Listening> {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === '/faults/storage') return serveFaults(request, response, control.faults);
    if (request.url !== '/transactions') {
      return answerJson(response, 404, {
        error: 'There is nothing here but /faults/storage and /transactions.',
      });
    }
    if (request.method === 'GET') return answerJson(response, 200, control.transactions());
    if (request.method !== 'DELETE') {
      return answerJson(
        response,
        405,
        { error: 'The methods here are GET, DELETE.' },
        { Allow: 'GET, DELETE' },
      );
    }
    control.resetTransactions();
    return answerEmpty(response, 204);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  return listen(server, port);
}
