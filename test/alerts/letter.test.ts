import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeLetter, type Letter } from '../../shared/alerts/letter/letter.ts';
import { readLetterHtml } from './letter-markup.ts';
import { group, occasion, samples, type Sample } from './letter-samples.ts';

const write = ({ group: alerts, ...rest }: Sample): Letter => writeLetter(alerts, { ...occasion, ...rest });
const spaceless = (text: string): string => text.replaceAll(/[\s\u00a0]+/g, ' ');

/** Both twins must say it. */
function says({ html, text }: Letter, ...phrases: readonly string[]): void {
  const shown = spaceless(readLetterHtml(html).text);
  for (const phrase of phrases) {
    assert.ok(shown.includes(phrase), `HTML does not say ${JSON.stringify(phrase)}:\n${shown}`);
    assert.ok(spaceless(text).includes(phrase), `text does not say ${JSON.stringify(phrase)}:\n${text}`);
  }
}

const doesNotSay = ({ html, text }: Letter, phrase: string): void =>
  assert.ok(!readLetterHtml(html).text.includes(phrase) && !text.includes(phrase), phrase);

test('a firing alert says what, where, since when and what to press', () => {
  const letter = write(samples.firing);
  assert.equal(letter.subject, '[FIRING] Disk /var will be full in 4 hours – db-01.contoso.example:9100');
  assert.equal(letter.importance, 'high');
  says(
    letter,
    '◆ Firing · critical',
    'Started 28 Nov 2026, 17:03 CET (UTC+1), 12 min before this mail',
    'First look at /var/log/journal',
    'mountpoint /var',
    'Open dashboard',
    'https://grafana.contoso.example/d/node?var-instance=db-01&from=now-6h',
    'Received by the hook “production” on 28 Nov 2026, 17:15 CET (UTC+1), read as alertmanager.',
    'attached as body.json (4.1 kB)',
  );
  assert.deepEqual(readLetterHtml(letter.html).hrefs, [
    'https://grafana.contoso.example/d/node?var-instance=db-01&from=now-6h',
    'https://wiki.contoso.example/runbooks/disk-full',
    'http://alerts.contoso.example:9093/#/silences/new?filter=%7Binstance%3D%22db-01%22%7D',
  ]);
  assert.match(letter.html, /are left\.<br \/>\s*<br \/>\s*First look/);
});

test('the text aligns facts, wraps at 78 columns and keeps links whole', () => {
  const { text } = write(samples.firing);
  assert.match(
    text,
    /^instance {4}db-01\.contoso\.example:9100\nmountpoint {2}\/var\nfree space {2}3\.1 %$/m,
  );
  assert.match(text, /^expression {2}predict_linear\(.*\[1h\],\n {12}4 \* 3600\) < 0$/m);
  assert.match(text, /^Runbook:\nhttps:\/\/wiki\.contoso\.example\/runbooks\/disk-full$/m);
  const long = text.split('\n').filter((line) => line.length > 78 && !line.startsWith('http'));
  assert.deepEqual(long, []);
  assert.ok(text.endsWith('.\n'));
});

test('a resolved alert is calm and says how long it took', () => {
  const letter = write(samples.resolved);
  assert.match(letter.subject, /^\[RESOLVED\] Disk/);
  assert.equal(letter.importance, 'normal');
  says(letter, '✓ Resolved', 'Ended 28 Nov 2026, 17:03 CET (UTC+1), after 2 h 13 min');
});

test('of three alerts the worst comes first, and the others say only what differs', () => {
  const letter = write(samples.three);
  assert.equal(
    letter.subject,
    '[FIRING] (2 of 3) Pod restarts again and again – checkout-7d9f-1; Pod uses 93 % of its memory – checkout-7d9f-2',
  );
  says(letter, '3 alerts', '2 firing, 1 resolved', 'checkout-7d9f-3');
  assert.equal(letter.text.match(/namespace/g)?.length, 1);
  says(letter, 'The sender left 2 alerts out of this delivery.');
  const order = ['checkout-7d9f-1', 'checkout-7d9f-2', 'checkout-7d9f-3'].map((pod) =>
    letter.text.indexOf(pod),
  );
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
});

test('of fifty alerts one is in full, nine in brief, and forty in a list with counts', () => {
  const letter = write(samples.fifty);
  assert.equal(
    letter.subject,
    '[FIRING] (50) shop in prod-weu-1 – checkout-7d9f-0, checkout-7d9f-1, checkout-7d9f-2, …',
  );
  says(letter, '50 alerts, all firing', '40 others', 'Pod restarts again and again × 35');
  assert.equal(letter.html.match(/<h2/g)?.length, 1 + 9 + 1);
  const many = group(
    Array.from({ length: 1000 }, (_, index) => ({ title: `Alert ${index}`, state: 'firing' })),
  );
  says(writeLetter(many, { ...occasion, hook: 'x' }), '1,000 alerts', '990 others', 'and 975 more');
});

test('an unknown severity is not invented', () => {
  const letter = write(samples.unknown);
  assert.equal(letter.subject, '[FIRING] Job nightly-export ended');
  assert.equal(letter.importance, 'normal');
  doesNotSay(letter, 'unknown');
});

test('of 72 kB the beginning is shown, and how much is missing and where it is', () => {
  const letter = write(samples.large);
  says(
    letter,
    '… (71,412 more characters, see body.json)',
    '… 23 more lines, see body.json',
    'The request as it came is attached as body.json (72 kB).',
  );
  assert.ok(Buffer.byteLength(letter.html) < 60_000);
  assert.equal(letter.attachments.at(-1)?.filename, 'body.json');
  const { raw: _, ...unattached } = samples.large;
  says(write(unattached), '… (71,412 more characters)');
});

test('scripts that run right to left, wide characters and joined emoji stay whole', () => {
  const letter = write(samples.scripts);
  assert.equal(letter.subject, '[FIRING] שרת הדואר אינו מגיב 🚨 mail-02');
  says(letter, '👩🏽‍🚒 🏳️‍🌈 ☂️', 'غرفة الخوادم', 'https://xn--6dbbec0c.example/');
  assert.match(letter.html, /<h1[^>]*\sdir="auto"/);
});

test('markup from outside is text', () => {
  const letter = write(samples.hostile);
  says(letter, '<b>bold</b><br>', '</td></tr></table><iframe src="//evil.example"></iframe>', '&lt;b&gt;');
  assert.deepEqual(readLetterHtml(letter.html).hrefs, [
    'https://evil.example/%22onclick=%22x',
    "https://evil.example/'%3E%3Cscript%3Ealert(1)%3C/script%3E",
  ]);
  doesNotSay(letter, 'secret');
  doesNotSay(letter, 'bank.example');
  doesNotSay(letter, '\u202e');
});

test('a test says that it is one', () => {
  const letter = write(samples.test);
  assert.equal(letter.subject, '[TEST] My notification works');
  says(letter, '○ Test', 'This is a test: what the sender reports will reach this mailbox.');
});

test('a reading of a device is no alarm', () => {
  const letter = write(samples.reading);
  assert.equal(letter.subject, '[INFO] Cellar sensor: 11.4 °C, 62 % humidity – cellar-th-2');
  assert.equal(letter.importance, 'low');
  says(letter, '● Info', 'temperature 11.4 °C');
  doesNotSay(letter, 'Started');
});

test('columns of a summary stand under each other', () => {
  const { html, text } = write(samples.columns);
  assert.match(html, /monospace[^>]*>\s*VMID\u00a0\u00a0\u00a0 Name/);
  assert.match(text, /^101 {5}files {5}failed {4}41s {8}0 B$/m);
});

test('a photo is shown, and attached under a safe name', () => {
  const letter = write(samples.photo);
  assert.deepEqual(readLetterHtml(letter.html).images, ['cid:picture-1@hook']);
  assert.match(letter.html, /alt="gate 17_02\.png"\s+width="584"/);
  assert.match(letter.text, /^Attached: gate 17_02\.png$/m);
  assert.deepEqual(
    letter.attachments.map(({ filename, contentType, contentId }) => [filename, contentType, contentId]),
    [
      ['gate 17_02.png', 'image/png', 'picture-1@hook'],
      ['clip.svg', 'image/svg+xml', undefined],
    ],
  );
});

const startedAt = (zone: string, date: Date): string =>
  writeLetter(group([{ startedAt: date }]), { ...occasion, zone, hook: 'x' }).text;

test('times are in the zone asked for; what is no time is left out', () => {
  const noon = new Date('2026-07-01T12:00:00Z');
  assert.match(startedAt('Europe/Berlin', noon), /^1 Jul 2026, 14:00 CEST \(UTC\+2\)$/m);
  assert.match(startedAt('America/New_York', noon), /^1 Jul 2026, 08:00 EDT \(UTC-4\)$/m);
  assert.match(startedAt('Asia/Kolkata', noon), /^1 Jul 2026, 17:30 IST \(UTC\+5:30\)$/m);
  assert.match(startedAt('Asia/Tokyo', noon), /^1 Jul 2026, 21:00 \(UTC\+9\)$/m);
  assert.match(startedAt('UTC', noon), /^1 Jul 2026, 12:00 UTC$/m);
  assert.match(startedAt('Mars/Olympus', noon), /^1 Jul 2026, 12:00 UTC$/m);
  for (const none of [new Date('0001-01-01T00:00:00Z'), new Date(0), new Date(Number.NaN)]) {
    assert.doesNotMatch(startedAt('UTC', none), /^\d+ \w+ \d/m);
  }
});
