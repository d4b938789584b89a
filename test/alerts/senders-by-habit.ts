/**
 * Habits of senders, one body each, all values made up: what the generic reading must make of them whoever has the habit.
 */
import type { SenderSample } from './senders.ts';

const budget = Buffer.from('{"budgetDisplayName":"Flour","costAmount":140.3,"currencyCode":"EUR"}').toString(
  'base64',
);

export const habits: readonly SenderSample[] = [
  {
    name: 'a headline that says little beside one that says much',
    body: {
      subject: 'You have a new alert!',
      alertName: 'Oven offline',
      alertSeverityString: 'Emergency',
      alertSeverity: 1,
    },
    title: ['Oven offline'],
    state: 'firing',
    severity: 'critical',
  },
  {
    name: 'a commit as the subject, without what was built',
    body: {
      subject: 'Knead longer',
      status: 'failed',
      reponame: 'till',
      build_url: 'https://ci.example/till/7',
      user: { name: 'Ada' },
    },
    title: ['till: Knead longer'],
    state: 'firing',
    severity: 'error',
    link: 'https://ci.example/till/7',
  },
  {
    name: 'a repository in parts, and a status in words beside one in numbers',
    body: {
      repository: { id: 5, name: 'till', owner_name: 'bakery', url: 'https://git.example/bakery/till' },
      number: '58',
      status: 1,
      status_message: 'Still Failing',
      build_url: 'https://ci.example/builds/58',
    },
    title: ['bakery/till', 'Still Failing'],
    state: 'firing',
    severity: 'error',
    link: 'https://ci.example/builds/58',
  },
  {
    name: 'the short name of an image that has a long one',
    body: {
      type: 'SCANNING_FAILED',
      event_data: {
        resources: [{ tag: 'latest' }],
        repository: { name: 'till', repo_full_name: 'bakery/till' },
      },
    },
    title: ['bakery/till', 'SCANNING_FAILED'],
    state: 'firing',
    severity: 'error',
  },
  {
    name: 'a check by its metadata, the machine by its own, and the state in the output',
    body: {
      entity: { metadata: { name: 'till-1' }, system: { hostname: 'till-1' } },
      check: {
        metadata: { name: 'check-flour' },
        output: 'FLOUR CRITICAL: 3 kg left',
        state: 'failing',
        status: 2,
      },
    },
    title: ['check-flour', '3 kg left', 'till-1'],
    state: 'firing',
    severity: 'critical',
  },
  {
    name: 'a check that is well again',
    body: {
      client: { name: 'till-1', address: '10.0.0.5' },
      check: { name: 'check_flour', output: 'FLOUR OK: 90 kg left', status: 0 },
    },
    title: ['check_flour'],
    state: 'resolved',
    severity: 'ok',
  },
  {
    name: 'an alarm of a device that is online',
    body: {
      event: { type: 'alarm', attributes: { alarm: 'sos' } },
      device: { name: 'Van 3', status: 'online' },
    },
    title: ['Van 3'],
    state: 'firing',
    holds: ['sos'],
  },
  {
    name: 'a flag in numbers',
    body: { monitor_id: '14', name: 'Shop', type: 'website', target: 'https://shop.example', is_ok: 0 },
    title: ['Shop'],
    state: 'firing',
    severity: 'critical',
    link: 'https://shop.example',
  },
  {
    name: 'the same flag, well',
    body: { monitor_id: '14', name: 'Shop', type: 'website', target: 'https://shop.example', is_ok: 1 },
    title: ['Shop'],
    state: 'resolved',
  },
  {
    name: 'an end that names what was bad',
    body: {
      event_name: 'Rule violation ended',
      app_name: 'Till',
      event_type: 'POLICY_CLOSE_CRITICAL',
      severity: 'INFO',
    },
    title: ['Till'],
    state: 'resolved',
  },
  {
    name: 'a change of state in one word',
    body: {
      monitorName: 'Shop',
      monitorAddress: 'http://shop.example/',
      stateChange: 'down',
      outageEndedAt: null,
    },
    title: ['Shop'],
    state: 'firing',
    severity: 'critical',
  },
  {
    name: 'a state by its name',
    body: {
      data: { check_state_name: 'Not Responding', check_name: 'Till', request_url: 'https://till.example' },
    },
    title: ['Till'],
    state: 'firing',
    severity: 'critical',
    link: 'https://till.example',
  },
  {
    name: 'an error of which nothing says that it is one',
    body: { error: { error_class: 'ZeroFlour', error_message: 'divided by 0', project: { name: 'Till' } } },
    title: ['ZeroFlour: divided by 0'],
    state: 'firing',
    severity: 'error',
  },
  {
    name: 'JSON in base64, in an envelope',
    body: { message: { data: budget, messageId: '1' }, subscription: 'projects/bakery/subscriptions/costs' },
    title: ['Flour'],
    state: 'info',
    holds: ['140.3'],
  },
  {
    name: 'a list of links, and people who have names, too',
    body: {
      alert: {
        state: 'CRITICAL',
        short_output: 'PING CRITICAL - 100% loss',
        assigned_to_user: { name: 'Ada' },
      },
      service: { display_name: 'Till' },
      links: { icon: 'https://x.example/i.png', alert_details: 'https://x.example/alerts/1' },
    },
    title: ['Till', '100% loss'],
    state: 'firing',
    severity: 'critical',
    link: 'https://x.example/alerts/1',
  },
  {
    name: 'a sentence that begins with its time',
    body: {
      output: '16:31:56.746609046: Error A shell in the oven (user=root)',
      priority: 'Error',
      rule: 'Terminal in a container',
    },
    title: ['Terminal in a container: Error A shell'],
    state: 'firing',
    severity: 'error',
  },
  {
    name: 'links of Markdown in the headline',
    body: {
      message: 'Build of [bakery/till](https://git.example/bakery/till) [ended](https://ci.example/7)',
    },
    title: ['Build of bakery/till ended'],
    state: 'info',
  },
  {
    name: 'a sentence below a name tells the state',
    body: { subject: 'Oven watch', body: 'The oven is down.' },
    title: ['Oven watch'],
    state: 'firing',
    severity: 'critical',
    holds: ['The oven is down.'],
  },
  {
    name: 'an incident with a name and a summary',
    body: {
      event_type: 'incident.created',
      incident: { name: 'Bread is late', summary: 'The van broke down', severity: { name: 'Major' } },
    },
    title: ['Bread is late', 'The van broke down'],
    state: 'firing',
    severity: 'error',
  },
  {
    name: 'the state of an application under test is no test',
    body: { build: { status: 'testing', project_full_name: 'bakery/till', message: 'Knead longer' } },
    title: ['bakery/till: Knead longer'],
    state: 'info',
  },
  {
    name: 'stars around the headline of a text',
    contentType: 'text/plain',
    body: '** PROBLEM Host Alert: till-1 is DOWN **\nInfo: PING CRITICAL - Packet loss = 100%',
    title: ['PROBLEM Host Alert: till-1 is DOWN'],
    state: 'firing',
    severity: 'critical',
  },
  {
    name: 'a text with the header fields of a mail',
    contentType: 'text/plain',
    body: 'Subject: Communication lost with the oven\n\nIt was last heard of at noon.',
    title: ['Communication lost with the oven'],
    state: 'firing',
  },
  {
    name: 'an alert in two words',
    body: { device: 'printer-2', toner: { black: 5, cyan: 80 }, alert: 'Toner low' },
    title: ['Toner low', 'printer-2'],
    state: 'firing',
  },
];
