import type { HttpCookie } from '../rpc.ts';

const SAME_SITE = { lax: 'lax', strict: 'strict', explicitNone: 'none', none: undefined } as const;

/**
 * A Set-Cookie value as ASP.NET Core writes it for the host: value percent-encoded, path `/` unless given.
 * Source: RFC 6265 section 4.1; RpcHttpCookieConverter of github.com/Azure/azure-functions-host.
 */
export function setCookie(cookie: HttpCookie): string {
  const { expires, maxAge, domain, path, secure, sameSite, httpOnly } = cookie;
  const parts = [`${cookie.name ?? ''}=${encodeURIComponent(cookie.value ?? '')}`];
  if (expires?.value) {
    parts.push(`expires=${new Date((expires.value.seconds ?? 0) * 1000).toUTCString()}`);
  }
  if (maxAge?.value != null) parts.push(`max-age=${Math.trunc(maxAge.value)}`);
  if (domain?.value) parts.push(`domain=${domain.value}`);
  parts.push(`path=${path?.value ?? '/'}`);
  if (secure?.value) parts.push('secure');
  const site = SAME_SITE[sameSite ?? 'none'];
  if (site) parts.push(`samesite=${site}`);
  if (httpOnly?.value) parts.push('httponly');
  return parts.join('; ');
}
