import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer } from './respond.ts';

const HOME = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Azure Functions, local host</title>
<h1>Your Functions app is up and running</h1></html>`;

/** What the host's own addresses need of it. */
export interface AdminOptions {
  /** What `/admin/host/status` shows. */
  status: () => object;
  /** Lets a timer function run now; false when there is none of that name. */
  runTimer: (name: string) => boolean;
}

/**
 * Answers the host's own addresses: `/admin/host/ping`, `/admin/host/status`, `POST /admin/functions/{timer}`, 404 for the
 * rest of `/admin` and for `/runtime`. Returns false when the path is not one of them. No key is asked for, as with
 * `func start`. Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
 */
export function answerAdmin(
  path: string,
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, runTimer }: AdminOptions,
): boolean {
  if (!/^\/(?:admin|runtime)(?:\/|$)/i.test(path)) return false;
  const byHand = /^\/admin\/functions\/([^/]+)\/?$/i.exec(path)?.[1];
  if (/^\/admin\/host\/ping\/?$/i.test(path)) answer(response, 200);
  else if (/^\/admin\/host\/status\/?$/i.test(path)) {
    answer(response, 200, JSON.stringify(status()), 'application/json; charset=utf-8');
  } else if (method === 'POST' && byHand !== undefined && runTimer(byHand)) answer(response, 202);
  else answer(response, 404);
  return true;
}

/** The page at `/` when no function takes it; 204 with `AzureWebJobsDisableHomepage=true`. */
export function answerHome(response: ServerResponse): void {
  if (process.env['AzureWebJobsDisableHomepage']?.toLowerCase() === 'true') answer(response, 204);
  else answer(response, 200, HOME, 'text/html; charset=utf-8');
}
