import type { ServerResponse } from 'node:http';
import { answer } from './respond.ts';

const HOME = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Azure Functions, local host</title>
<h1>Your Functions app is up and running</h1></html>`;

/**
 * Answers the host's own addresses: `/admin/host/ping`, `/admin/host/status`, 404 for the rest of `/admin` and for
 * `/runtime`. Returns false when the path is not one of them. No key is asked for, as with `func start`.
 */
export function answerAdmin(path: string, response: ServerResponse, status: () => object): boolean {
  if (!/^\/(?:admin|runtime)(?:\/|$)/i.test(path)) return false;
  if (/^\/admin\/host\/ping\/?$/i.test(path)) answer(response, 200);
  else if (/^\/admin\/host\/status\/?$/i.test(path)) {
    answer(response, 200, JSON.stringify(status()), 'application/json; charset=utf-8');
  } else answer(response, 404);
  return true;
}

/** The page at `/` when no function takes it; 204 with `AzureWebJobsDisableHomepage=true`. */
export function answerHome(response: ServerResponse): void {
  if (process.env['AzureWebJobsDisableHomepage']?.toLowerCase() === 'true') answer(response, 204);
  else answer(response, 200, HOME, 'text/html; charset=utf-8');
}
