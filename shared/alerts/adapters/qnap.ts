/** QNAP's Notification Center (docs.qnap.com, "Notification Center"): a webhook or SMS gateway with the text of an event and its host. */
import type { Adapter, HookRequest, Reading, Severity } from '../alert.ts';
import { first, firstLine, given, has, one, oneLine } from '../sketch.ts';
import { tone } from '../tone.ts';

export const qnap: Adapter = {
  name: 'qnap',
  label: 'QNAP',
  read(request: HookRequest): Reading {
    const body = given(request);
    const message = first(body['message'], body['text'], body['content'], body['Message']);
    const says =
      /\[[^[\]\n]{1,60}\] ?(?:Information|Info|Warning|Error|Severity)\b|\bNAS Name:|\bApp Name: |\bQNAP\b|\bQTS\b|\bQuTS\b/i.test(
        message,
      );
    const isMine =
      message !== '' &&
      (says || /\bqnap\b/i.test(request.header('user-agent') ?? '') || has(body, 'nas_name'));
    if (!isMine) return undefined;
    const host = first(body['nas_name'], /NAS Name: *([^\n]{1,100})/i.exec(message)?.[1]);
    const level = first(
      body['severity'],
      /Severity: *(\w+)/i.exec(message)?.[1],
      /\b(Information|Warning|Error)\b/.exec(message)?.[1],
    ).toLowerCase();
    const severity: Severity | undefined = level.startsWith('err')
      ? 'error'
      : level.startsWith('warn')
        ? 'warning'
        : level.startsWith('info')
          ? 'info'
          : undefined;
    const sentence = first(/(?:^|\n)Message: *([^\n]{1,500})/i.exec(message)?.[1], firstLine(message));
    const heard = tone(sentence, severity);
    return one('qnap', {
      title: oneLine(host === '' || sentence.includes(host) ? sentence : `${host}: ${sentence}`),
      severity: heard.severity,
      state: heard.state,
      summary: message,
      facts: [
        ['Host', host],
        ['Application', first(body['app_name'], /App Name: *([^\n]{1,100})/i.exec(message)?.[1])],
        ['Category', first(body['category'], /Category: *([^\n]{1,100})/i.exec(message)?.[1])],
      ],
    });
  },
};
