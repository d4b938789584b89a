/** Templates in their box. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { renderTemplate, type Partials } from '../../shared/template/render.ts';

const text = async (source: string, variables: Record<string, unknown> = {}, partials: Partials = {}) => {
  const rendered = await renderTemplate({ text: source }, partials, variables);
  return rendered.ok ? rendered.value.text : rendered.problem;
};
const html = async (source: string, variables: Record<string, unknown> = {}, partials: Partials = {}) => {
  const rendered = await renderTemplate({ html: source }, partials, variables);
  return rendered.ok ? rendered.value.html : rendered.problem;
};
const detail = (outcome: Awaited<ReturnType<typeof text>>) =>
  typeof outcome === 'object' ? outcome.detail : `rendered: ${outcome}`;

test('variables, conditions, loops and filters', async () => {
  const source = '{% if open %}{% for item in list %}{{ item | upcase }};{% endfor %}{% endif %}';
  assert.equal(await text(source, { open: true, list: ['a', 'b'] }), 'A;B;');
  assert.equal(await text('{{ missing }}-{{ a.b.c }}', { a: {} }), '-');
});

test('what a variable puts into HTML is escaped unless the template says that it is HTML', async () => {
  const name = '<img src=x onerror=alert(1)>"&';
  assert.equal(
    await html('<p title="{{ name }}">{{ name }}</p>', { name }),
    '<p title="&lt;img src=x onerror=alert(1)&gt;&#34;&amp;">&lt;img src=x onerror=alert(1)&gt;&#34;&amp;</p>',
  );
  assert.equal(await html('{{ name | raw }}', { name: '<b>x</b>' }), '<b>x</b>');
  assert.equal(await text('{{ name }}', { name: '<b>' }), '<b>');
});

test('a subject is one line', async () => {
  const rendered = await renderTemplate(
    { subject: 'A {{ x }}\n B' },
    {},
    { x: 'one\r\nBcc: evil@example.org' },
  );
  assert.equal(rendered.ok && rendered.value.subject, 'A one Bcc: evil@example.org B');
});

test('other templates are rendered within, by name, in the same form', async () => {
  const partials = { foot: { text: '-- {{ who }}', html: '<hr>{{ who }}' } };
  assert.equal(await text("{% render 'foot', who: 'Ops' %}", {}, partials), '-- Ops');
  assert.equal(await html("{% render 'foot', who: '<Ops>' %}", {}, partials), '<hr>&lt;Ops&gt;');
  assert.match(detail(await text("{% render 'head' %}")), /could not be rendered/);
});

test('nothing is read from a disk, and nothing but own properties is seen', async () => {
  for (const source of [
    "{% include '/etc/passwd' %}",
    "{% render '../../package.json' %}",
    "{% layout 'package.json' %}",
    "{% include './README.md' %}",
  ]) {
    assert.match(detail(await text(source)), /could not be rendered/, source);
  }
  for (const source of [
    '{{ x.constructor }}',
    '{{ x.__proto__ }}',
    '{{ x.constructor.constructor }}',
    '{{ toString }}',
    '{{ constructor }}',
  ]) {
    assert.equal(await text(source, { x: { a: 1 } }), '', source);
  }
});

test('what takes too long or grows too large ends with a sentence that says so', async () => {
  const grow =
    '{% assign s = "xxxxxxxxxx" %}{% for i in (1..40) %}{% assign s = s | append: s %}{% endfor %}{{ s }}';
  assert.match(detail(await text(grow)), /too much memory/);
  assert.match(
    detail(await text('{% for i in (1..1000000000) %}x{% endfor %}')),
    /too much memory|takes longer/,
  );
  const nested =
    '{% for a in (1..1000) %}{% for b in (1..1000) %}{% for c in (1..1000) %}{{ a | plus: b }}{% endfor %}{% endfor %}{% endfor %}';
  assert.match(detail(await text(nested)), /too much memory|takes longer|longer than/);
  assert.match(detail(await text('x'.repeat(300_000))), /longer than 200000 characters/);
  const self = { me: { text: "{% render 'me' %}" } };
  assert.match(detail(await text("{% render 'me' %}", {}, self)), /could not be rendered/);
});

test('a faulty template is told by part and line, without what variables hold', async () => {
  const said = detail(await text('one\n{% if %}\nsecret {{ x }}', { x: 'hunter2' }));
  assert.match(said, /^The text of the template could not be rendered: .*line:2/);
  assert.ok(!said.includes('hunter2') && !said.includes('secret'));
  assert.match(detail(await text('{{ x | nosuch }}', { x: 1 })), /nosuch/);
});

test('whatever the template and the variables are, it never throws, and markup from variables never comes out', async () => {
  const fragment = fc.constantFrom(
    '{{ a }}',
    '{% if a %}',
    '{% endif %}',
    '{{ a | escape }}',
    '{% for x in a %}',
    '{% endfor %}',
    '{{',
    '%}',
    'text',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fragment, { maxLength: 8 }), fc.jsonValue(), async (parts, a) => {
      const marked = JSON.parse(JSON.stringify(a), (_, value: unknown) =>
        typeof value === 'string' ? `<i>${value}` : value,
      ) as unknown;
      const out = await html(parts.join(' '), { a: marked });
      assert.ok(typeof out === 'object' || !out?.includes('<i>'));
    }),
    { numRuns: 200 },
  );
});
