/** Credentials that must open nothing. */

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const tenant = '11111111-2222-4333-8444-555555555555';

const claims = {
  aud: 'api://postrider',
  iss: `https://login.microsoftonline.com/${tenant}/v2.0`,
  tid: tenant,
  azp: tenant,
  oid: 'x',
  sub: 'x',
  idtyp: 'app',
  iat: 1_700_000_000,
  nbf: 1_700_000_000,
  exp: 4_000_000_000,
};

const token = (header: object, payload: unknown = claims, signature = 'AAAA'): string =>
  `${part(header)}.${part(payload)}.${signature}`;

/**
 * JSON Web Tokens (RFC 7519, RFC 8725).
 *
 * @param own the tenant of the bridge, so that the key ids are looked at as well.
 */
export function tokens(own: string): readonly string[] {
  const ours = { ...claims, tid: own, iss: `https://login.microsoftonline.com/${own}/v2.0` };
  const kids: readonly unknown[] = [
    '../../../../dev/null',
    '/dev/null',
    'file:///dev/null',
    'https://evil.example/key',
    "x' UNION SELECT 'secret",
    '__proto__',
    'constructor',
    '\0',
    'a\r\nX-A: 1',
    'k'.repeat(5000),
    '',
    0,
    null,
    ['a'],
    { a: 1 },
  ];
  return [
    token({ alg: 'none' }, ours, ''),
    token({ alg: 'None' }, ours, ''),
    token({ alg: 'NONE', kid: 'a' }, ours, ''),
    token({ alg: 'nOnE', kid: 'a' }, ours),
    token({ alg: 'none', kid: 'a' }, ours, 'AAAA'),
    token({ alg: '', kid: 'a' }, ours),
    token({ kid: 'a' }, ours),
    token({ alg: ['RS256'], kid: 'a' }, ours),
    ...['HS256', 'HS512', 'RS1', 'RS384', 'PS256', 'ES256', 'EdDSA', 'RSA-OAEP', 'dir'].map((alg) =>
      token({ alg, kid: 'a' }, ours),
    ),
    ...kids.map((kid) => token({ alg: 'RS256', typ: 'JWT', kid }, ours)),
    token({ alg: 'RS256', kid: 'a', jku: 'https://evil.example/keys' }, ours),
    token({ alg: 'RS256', kid: 'a', jku: 'http://169.254.169.254/metadata/identity' }, ours),
    token({ alg: 'RS256', kid: 'a', x5u: 'https://evil.example/cert.pem' }, ours),
    token({ alg: 'RS256', kid: 'a', x5c: ['MIIB'] }, ours),
    token({ alg: 'RS256', kid: 'a', jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } }, ours),
    token({ alg: 'RS256', kid: 'a', crit: ['exp'] }, ours),
    token({ alg: 'RS256', kid: 'a', crit: ['b64'], b64: false }, ours),
    token({ alg: 'RS256', kid: 'a', zip: 'DEF' }, ours),
    token({ alg: 'RS256', kid: 'a' }, { ...ours, tid: '../../evil' }),
    token({ alg: 'RS256', kid: 'a' }, { ...ours, tid: 'common' }),
    token({ alg: 'RS256', kid: 'a' }, { ...ours, tid: 'evil.example/x' }),
    token({ alg: 'RS256', kid: 'a' }, claims),
    token({ alg: 'RS256', kid: 'a' }, null),
    token({ alg: 'RS256', kid: 'a' }, []),
    token({ alg: 'RS256', kid: 'a' }, '{}'),
    `${part({ alg: 'RS256', kid: 'a' })}..AAAA`,
    `${part({ alg: 'dir', enc: 'A256GCM' })}.a.b.c.d`,
    '..',
    'a..',
    'a.b.c',
    'e30.e30.',
    '.'.repeat(20_000),
    `${'a.'.repeat(10_000)}a`,
    `${'a'.repeat(20_000)}.${'b'.repeat(5000)}.c`,
    `${Buffer.from('['.repeat(6000)).toString('base64url')}.e30.AAAA`,
    `${Buffer.from('{"alg":"RS256","kid":"a","kid":"b"}').toString('base64url')}.${part(ours)}.AAAA`,
    `${Buffer.from([0xff, 0xfe, 0x7b]).toString('base64url')}.e30.AAAA`,
  ];
}

/**
 * Keys that look like a good one.
 *
 * @param key a good one.
 */
export function keys(key: string): readonly string[] {
  const [, id = '', secret = ''] = key.split('_');
  const other = secret.startsWith('0') ? '1' : '0';
  return [
    key.toUpperCase(),
    key.slice(0, -1),
    key.slice(1),
    `${key}0`,
    `${key}=`,
    `${key}%00`,
    `${key}.${key}`,
    `${key}${key}`,
    `${key}; ${key}`,
    `${key} x`,
    `"${key}"`,
    `'${key}'`,
    `<${key}>`,
    `sk_${id}_${secret}`,
    `pr-${id}-${secret}`,
    `pr_${id}`,
    `pr_${id}_`,
    `pr__${secret}`,
    `pr_${id}_${other}${secret.slice(1)}`,
    `pr_${id}_${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`,
    `pr_${id}_${'0'.repeat(39)}`,
    `pr_00000000_${secret}`,
    `pr_${secret}_${id}`,
    key.replaceAll('0', 'o'),
    key.replaceAll('_', '%5F'),
    Buffer.from(key).toString('base64'),
    Buffer.from(key).toString('hex'),
    '*',
    'null',
    'undefined',
    'true',
    '0',
    '[]',
    '{"$ne":null}',
    "' or '1'='1",
    `pr_' or RowKey ne '_${secret}`,
    '../../PostriderAccess',
    `pr_${'a'.repeat(10_000)}`,
    'k'.repeat(10_000),
    '_'.repeat(10_000),
    `${'pr_'.repeat(3000)}x`,
  ].filter((text) => text !== key);
}

/** Bytes that HTTP takes in a header and no key has: sent as Latin-1. */
export const strayBytes: readonly string[] = ['\u00e9', '\u00a0', '\u00ad', '\u0080', '\u00ff\u00fe', '\t'];
