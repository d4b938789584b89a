/** Groups of alerts of our own making, for the tests of the letter and for its pictures. */
import type { Alert, AlertGroup } from '../../shared/alerts/alert.ts';
import type { RawBody } from '../../shared/alerts/letter/attached.ts';
import { gradient } from '../simulators/inbox/sample-mails.ts';

export interface Sample {
  readonly group: AlertGroup;
  readonly hook: string;
  readonly raw?: RawBody;
}

export const alert = (parts: Partial<Alert>): Alert => ({
  source: 'generic',
  title: 'Something happened',
  severity: 'unknown',
  state: 'info',
  facts: [],
  links: [],
  ...parts,
});

export const group = (
  alerts: readonly Partial<Alert>[],
  parts: Partial<Omit<AlertGroup, 'kind' | 'alerts'>> = {},
): AlertGroup => ({ kind: 'alerts', alerts: alerts.map(alert), ...parts });

const facts = (pairs: Readonly<Record<string, string>>) =>
  Object.entries(pairs).map(([name, value]) => ({ name, value }));

export const json = (value: unknown): RawBody => ({
  bytes: Buffer.from(JSON.stringify(value)),
  contentType: 'application/json',
});

const diskFull: Partial<Alert> = {
  source: 'alertmanager',
  title: 'Disk /var will be full in 4 hours',
  severity: 'critical',
  state: 'firing',
  summary:
    'At the present rate /var runs full at about 21:00. 3.1 % (1.9 GB) are left.\n\nFirst look at /var/log/journal: it has grown by 11 GB since noon.',
  facts: facts({
    instance: 'db-01.contoso.example:9100',
    mountpoint: '/var',
    'free space': '3.1 %',
    job: 'node',
    cluster: 'prod-weu-1',
    expression: 'predict_linear(node_filesystem_free_bytes{mountpoint="/var"}[1h], 4 * 3600) < 0',
  }),
  links: [
    { label: 'Open dashboard', url: 'https://grafana.contoso.example/d/node?var-instance=db-01&from=now-6h' },
    { label: 'Runbook', url: 'https://wiki.contoso.example/runbooks/disk-full' },
    {
      label: 'Silence',
      url: 'alerts.contoso.example:9093/#/silences/new?filter=%7Binstance%3D%22db-01%22%7D',
    },
  ],
  startedAt: new Date('2026-11-28T16:03:00Z'),
};

const pod = (number: number, more: Partial<Alert> = {}): Partial<Alert> => ({
  source: 'alertmanager',
  title: 'Pod restarts again and again',
  severity: 'error',
  state: 'firing',
  summary: 'Container checkout ended 12 times within an hour.',
  facts: facts({
    namespace: 'shop',
    pod: `checkout-7d9f-${number}`,
    container: 'checkout',
    'exit code': '137',
  }),
  links: [{ label: 'Open logs', url: 'https://logs.contoso.example/shop/checkout' }],
  startedAt: new Date(Date.UTC(2026, 10, 28, 15, number % 60)),
  ...more,
});

const letterOfWords = (words: number): string =>
  Array.from({ length: words }, (_, index) => (index % 11 === 10 ? `word${index}.` : `word${index}`)).join(
    ' ',
  );

export const samples = {
  firing: {
    hook: 'production',
    group: group([diskFull]),
    raw: json({
      status: 'firing',
      alerts: [{ labels: { alertname: 'DiskFull', padding: 'x'.repeat(4000) } }],
    }),
  },
  resolved: {
    hook: 'production',
    group: group([
      {
        ...diskFull,
        state: 'resolved',
        severity: 'ok',
        summary: 'There is room again: 41 % (25 GB) are free.',
        startedAt: new Date('2026-11-28T13:50:00Z'),
        endedAt: new Date('2026-11-28T16:03:00Z'),
      },
    ]),
  },
  three: {
    hook: 'kubernetes',
    group: group(
      [
        pod(3, { state: 'resolved', severity: 'ok', endedAt: new Date('2026-11-28T15:59:00Z') }),
        pod(1),
        pod(2, {
          severity: 'warning',
          title: 'Pod uses 93 % of its memory',
          summary: 'It will be stopped at 100 %.',
        }),
      ],
      { notes: ['The sender left 2 alerts out of this delivery.'] },
    ),
  },
  fifty: {
    hook: 'kubernetes',
    group: group(
      Array.from({ length: 50 }, (_, index) =>
        index % 9 === 8
          ? pod(index, { title: `Volume data-${index} is almost full`, severity: 'warning' })
          : pod(index),
      ),
      { title: '[FIRING:50] shop in prod-weu-1' },
    ),
  },
  unknown: {
    hook: 'legacy',
    group: group([
      { title: 'Job nightly-export ended', state: 'firing', facts: facts({ 'exit code': '3' }) },
    ]),
  },
  large: {
    hook: 'elastic',
    group: group([
      {
        title: 'Rule “payment errors” matched 212 documents',
        severity: 'warning',
        state: 'firing',
        summary: letterOfWords(900),
        facts: facts({
          hits: `[{"_id":"${'a1b2c3d4'.repeat(9000)}"}]`,
          message: letterOfWords(300),
          index: 'logs-payments-2026.11.28',
          ...Object.fromEntries(
            Array.from({ length: 70 }, (_, index) => [`field.${index}`, `value ${index}`]),
          ),
        }),
      },
    ]),
    raw: json({ hits: 'a1b2c3d4'.repeat(9000) }),
  },
  scripts: {
    hook: 'branch-haifa',
    group: group([
      {
        title: 'שרת הדואר אינו מגיב 🚨 mail-02',
        severity: 'error',
        state: 'firing',
        summary: 'תיבת הדואר לא ענתה מזה 5 דקות.\nThe last answer was “421 4.3.2”.',
        facts: facts({
          מיקום: 'חיפה, קומה 3',
          الموقع: 'غرفة الخوادم',
          host: 'mail-02',
          場所: '東京データセンター 第二サーバールーム',
          emoji: '👩🏽‍🚒 🏳️‍🌈 ☂️',
        }),
        links: [{ label: 'פתח', url: 'https://דוגמה.example/שרת' }],
      },
    ]),
  },
  hostile: {
    hook: '<img src=x onerror=alert(1)>',
    group: group(
      [
        {
          source: '"><script>alert(1)</script>',
          title: '</title><script>alert(1)</script>\r\nBcc: everyone@contoso.example\u202egnp.exe',
          severity: 'critical',
          state: 'firing',
          summary:
            '<b>bold</b><br>\n--><![endif]--><style>*{display:none}</style>\0\u001b[31m &lt;b&gt; &#x3c;',
          facts: [
            { name: '" onmouseover="alert(1)', value: "' onmouseover='alert(1)" },
            { name: '<th>', value: '</td></tr></table><iframe src="//evil.example"></iframe>' },
            { name: '__proto__', value: '{{constructor.constructor("alert(1)")()}}${7*7}' },
          ],
          links: [
            { label: 'Press me', url: 'javascript:alert(1)' },
            { label: 'And me', url: ' java\nscript:alert(1)' },
            { label: 'Data', url: 'data:text/html,<script>alert(1)</script>' },
            {
              label: 'https://bank.example/login',
              url: 'https://bank.example:secret@evil.example/"onclick="x',
            },
            { label: 'Relative', url: '/check_mk/index.py?host=<h>' },
            { label: '</a><script>', url: "https://evil.example/'><script>alert(1)</script>" },
          ],
        },
      ],
      { notes: ['<script>alert(1)</script>'] },
    ),
  },
  test: {
    hook: 'uptime',
    group: group([
      { source: 'uptime-kuma', title: 'My notification works', state: 'test', severity: 'info' },
    ]),
  },
  reading: {
    hook: 'cellar',
    group: group([
      {
        source: 'chirpstack',
        title: 'Cellar sensor: 11.4 °C, 62 % humidity',
        severity: 'info',
        facts: facts({
          device: 'cellar-th-2',
          temperature: '11.4 °C',
          humidity: '62 %',
          battery: '87 %',
          signal: '-97 dBm',
        }),
        startedAt: new Date('2026-11-28T16:02:41Z'),
      },
    ]),
    raw: json({
      deviceName: 'cellar-th-2',
      object: { temperature: 11.4, humidity: 62, battery: 87 },
      rssi: -97,
    }),
  },
  columns: {
    hook: 'proxmox',
    group: group([
      {
        source: 'proxmox',
        title: 'Backup failed: 1 of 3 guests (pve1)',
        severity: 'error',
        state: 'firing',
        summary:
          'VMID    Name      Status    Time       Size\n100     mail      ok        3m 12s     21.4 GiB\n101     files     failed    41s        0 B\n102     wiki      ok        1m 02s     8.1 GiB',
        facts: facts({ hostname: 'pve1', storage: 'pbs-weekly' }),
      },
    ]),
  },
  photo: {
    hook: 'gate-camera',
    group: group(
      [
        {
          source: 'generic',
          title: 'Somebody is at the gate',
          severity: 'info',
          facts: facts({ camera: 'gate', confidence: '0.93' }),
          startedAt: new Date('2026-11-28T16:02:41Z'),
        },
      ],
      {
        files: [
          { filename: '../snapshots/gate 17:02.png', contentType: 'image/jpeg', bytes: gradient(900, 380) },
          { filename: 'clip.svg', contentType: 'image/svg+xml', bytes: Buffer.from('<svg/>') },
        ],
      },
    ),
  },
} as const satisfies Readonly<Record<string, Sample>>;

export const occasion = { zone: 'Europe/Berlin', receivedAt: new Date('2026-11-28T16:15:20Z') };
