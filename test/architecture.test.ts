/**
 * The house rules that a compiler does not know: which room may look into which, which files are doors, and that the rest is pure.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '..');
const files = globSync(['functions/**/*.ts', 'shared/**/*.ts', 'infra/**/*.ts'], { cwd: root }).map((file) =>
  file.replaceAll('\\', '/'),
);

interface Import {
  readonly file: string;
  readonly target: string;
}

/** Every import of a file, type imports included: an arrow on the map is an arrow. */
const imports: readonly Import[] = files.flatMap((file) => {
  const source = readFileSync(path.join(root, file), 'utf8');
  return [
    ...source.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
    ),
  ].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    const target = name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name;
    return { file, target };
  });
});

const room = (file: string) =>
  /^shared\/[^/]+\//.test(file) ? file.split('/').slice(0, 2).join('/') : (file.split('/')[0] ?? '');

/** What each room of shared/ may look into, beside itself and shared/platform. Data travels one way. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'shared/platform': [],
  'shared/message': [],
  'shared/reporting': ['shared/access'],
  'shared/access': ['shared/alerts', 'shared/message', 'shared/pace'],
  'shared/alerts': ['shared/message'],
  'shared/audit': [],
  'shared/template': ['shared/access', 'shared/alerts'],
  'shared/pace': [],
  'shared/sense': ['shared/access', 'shared/alerts', 'shared/pace'],
  'shared/dialects': ['shared/message'],
  'shared/outbox': ['shared/message', 'shared/reporting'],
  'shared/submission': [
    'shared/access',
    'shared/alerts',
    'shared/message',
    // The API in one document.
    'shared/audit',
    'shared/operator',
    'shared/outbox',
    'shared/pace',
    'shared/reporting',
    'shared/sense',
    'shared/template',
  ],
  'shared/delivery': ['shared/message', 'shared/outbox', 'shared/pace', 'shared/reporting'],
  'shared/operator': ['shared/access', 'shared/audit', 'shared/message', 'shared/outbox', 'shared/reporting'],
};

test('every room of shared/ looks only where the map allows', () => {
  const wrong = imports
    .filter(
      ({ file, target }) =>
        file.startsWith('shared/') && target.startsWith('shared/') && room(file) !== 'shared',
    )
    .filter(({ file, target }) => room(target) !== room(file) && room(target) !== 'shared/platform')
    .filter(({ file, target }) => !(allowed[room(file)] ?? []).includes(room(target)))
    .map(({ file, target }) => `${file} → ${target}`);
  assert.deepEqual(wrong, []);
});

test('nothing in shared/ imports functions/, infra/ or test/, and nothing but tests imports test/', () => {
  const wrong = imports.filter(({ file, target }) => {
    const [top] = target.split('/');
    return (
      (file.startsWith('shared/') && ['functions', 'infra', 'test'].includes(top ?? '')) ||
      top === 'test' ||
      (top === 'functions' && !file.startsWith('functions/'))
    );
  });
  assert.deepEqual(wrong, []);
});

test('the simulators import nothing of ours', () => {
  const wrong = imports.filter(
    ({ file, target }) =>
      file.startsWith('infra/simulators/') &&
      /^(shared|functions|infra|test)\//.test(target) &&
      !target.startsWith('infra/simulators/'),
  );
  assert.deepEqual(wrong, []);
});

/** Files of shared/ that touch the world; everything else is pure. */
const doors = new Set([
  'shared/bridge.ts',
  'shared/access/collection.ts',
  'shared/access/entra-keys.ts',
  'shared/access/quota-gate.ts',
  'shared/access/store.ts',
  'shared/audit/trail.ts',
  'shared/outbox/batches.ts',
  'shared/outbox/content.ts',
  'shared/outbox/ledger.ts',
  'shared/outbox/queue.ts',
  'shared/outbox/record.ts',
  'shared/outbox/open.ts',
  'shared/pace/row.ts',
  'shared/platform/clock.ts',
  'shared/platform/config.ts',
  'shared/platform/identity.ts',
  'shared/platform/log.ts',
  'shared/platform/queue.ts',
  'shared/platform/storage.ts',
  'shared/platform/table.ts',
  'shared/delivery/circuit.ts',
  'shared/delivery/claim.ts',
  'shared/reporting/webhook-client.ts',
  'shared/delivery/entra.ts',
  'shared/delivery/entra-app.ts',
  'shared/delivery/entra-network.ts',
  'shared/delivery/key-vault.ts',
  'shared/delivery/managed-identity.ts',
  'shared/delivery/graph-client.ts',
  'shared/delivery/graph-http.ts',
  'shared/delivery/graph-upload.ts',
  'shared/delivery/smtp.ts',
  'shared/sense/ledger.ts',
  'shared/submission/preferred-wait.ts',
  'shared/submission/sns-client.ts',
  'shared/delivery/smtp-pool.ts',
]);

const worldly =
  /^(?:node:(?:fs|net|tls|https?|child_process|dns|dgram|os|timers)|@azure\/(?:storage|data|msal)[\w-]*|@microsoft\/microsoft-graph-client|nodemailer)(?:\/promises)?$/;
const impure =
  /\bprocess\.env\b|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\b|\bsetTimeout\(|\bsetInterval\(|\bperformance\.now\(|\bfetch\(/;

test('only doors touch network, disk, clock, environment or chance', () => {
  const sources = files.filter((file) => file.startsWith('shared/') && !doors.has(file));
  const byImport = imports
    .filter(({ file, target }) => sources.includes(file) && worldly.test(target))
    .filter(({ file, target }) => !isTypeOnly(file, target))
    .map(({ file, target }) => `${file} imports ${target}`);
  const byCall = sources.filter((file) => impure.test(code(file))).map((file) => `${file} calls the world`);
  assert.deepEqual([...byImport, ...byCall], []);
});

test('every door exists', () => {
  assert.deepEqual(
    [...doors].filter((file) => !files.includes(file)),
    [],
  );
});

test('HTTP functions are registered in one place, so that none forgets the audit trail or the security headers', () => {
  const wrong = files.filter((file) => file !== 'functions/serve.ts' && /\bapp\.http\w*\(/.test(code(file)));
  assert.deepEqual(wrong, []);
});

test('no file is over 400 lines, and none has an empty name', () => {
  const long = files.filter((file) => readFileSync(path.join(root, file), 'utf8').split('\n').length > 400);
  const vague = files.filter((file) =>
    /(?:^|\/)(?:utils?|helpers?|common|types|models|services|manager)(?:\.ts|\/)/.test(file),
  );
  assert.deepEqual([...long, ...vague], []);
});

test('what only delivery needs is never loaded by the half that accepts', () => {
  const heavy =
    /^(?:@azure\/msal-node|@microsoft\/microsoft-graph-client|nodemailer|@azure\/storage-blob|html-to-text|liquidjs|jose|postal-mime)(?:\/|$)/;
  const eager = imports
    .filter(({ file, target }) => /^(?:shared|functions)\//.test(file) && heavy.test(target))
    .filter(({ file, target }) => !statements(file, target).every((text) => /\stype\s/.test(text)));
  assert.deepEqual(
    eager.map(({ file, target }) => `${file} → ${target}`),
    [],
  );
});

function code(file: string): string {
  return readFileSync(path.join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

function statements(file: string, target: string): readonly string[] {
  const found = code(file).matchAll(/(?:^|\n)\s*(?:import|export)\s[^'"`;()]*?from\s*'([^']+)'/g);
  return [...found].filter((match) => match[1] === target).map(([text]) => text);
}

/** Whether every mention of the module is a type: `import type … from` or `import('…')` in a type position only. */
function isTypeOnly(file: string, target: string): boolean {
  const awaited = code(file).includes(`await import('${target}')`);
  return !awaited && statements(file, target).every((text) => /^\s*(?:import|export)\s+type\b/.test(text));
}
