import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDeclaration } from '../../shared/operator/declaration/read.ts';
import { lastUses, portfolioCsv, portfolioOf } from '../../shared/operator/portfolio.ts';

const now = new Date('2026-11-28T12:00:00Z');
const source = {
  now,
  entries: {
    submitters: [
      {
        name: 'app',
        senders: ['@contoso.com'],
        networks: [],
        disabled: false,
        description: 'Bills, and "letters"',
        owner: '=HYPERLINK("http://evil.example")',
        limits: { burst: 3 },
        expiresAt: new Date('2026-01-01T00:00:00Z'),
      },
    ],
    operators: [],
    templates: [],
    hooks: [],
    suppressions: [],
    keys: [{ id: 'k1', submitter: 'app', name: 'web', hash: 'ab'.repeat(32), createdAt: now }],
  },
  uses: [
    { holder: 'app', at: new Date('2026-11-01T00:00:00Z') },
    { holder: 'app', keyId: 'k1', at: new Date('2026-11-02T00:00:00Z') },
  ],
};

test('a holder was last used when anything of it was', () => {
  const used = lastUses(source.uses);
  assert.equal(used.holder('app')?.toISOString(), '2026-11-02T00:00:00.000Z');
  assert.equal(used.key('k1')?.toISOString(), '2026-11-02T00:00:00.000Z');
  assert.equal(used.key('k2'), undefined);
});

test('the portfolio can be applied, names keys and holds no digest', () => {
  const portfolio = portfolioOf(source);
  const text = JSON.stringify(portfolio);
  assert.ok(text.includes('"id":"k1"') && !text.includes('abab'));
  const { owner: _, ...app } = (portfolio['submitters'] as Record<string, unknown>[])[0] ?? {};
  assert.ok(readDeclaration({ ...portfolio, submitters: [app] }).ok);
});

test('the CSV quotes what needs it, and holds no formula', () => {
  const [head, line = ''] = portfolioCsv(source).split('\r\n');
  assert.match(head ?? '', /^name,state,kind,owner,description,senders,/);
  assert.ok(
    line.startsWith(
      `app,expired,,"'=HYPERLINK(""http://evil.example"")","Bills, and ""letters""",'@contoso.com,any,`,
    ),
    line,
  );
  assert.match(line, /burst=3/);
  assert.match(line, /"k1 \(web\), last used 2026-11-02T00:00:00\.000Z"$/);
});
