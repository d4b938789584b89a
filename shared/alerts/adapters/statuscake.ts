/**
 * StatusCake's contact groups: a form with capital names. `Token` is a secret of the account and is never shown.
 */
import type { Adapter } from '../alert.ts';
import { first, has, isFields, one, text } from '../sketch.ts';
import { keyOf, known, linesOf, webLink } from '../value.ts';

export const statuscake: Adapter = {
  name: 'statuscake',
  label: 'StatusCake',
  read({ value }) {
    if (
      !isFields(value) ||
      !has(value, 'Status', 'Name') ||
      known(value, 'URL', 'StatusCode', 'Token', 'CheckRate', 'Checkrate', 'TestID', 'IP') < 2
    )
      return undefined;
    const status = text(value['Status']);
    if (!/^(?:up|down)$/i.test(status)) return undefined;
    const up = /^up$/i.test(status);
    const name = first(value['Name'], value['URL']);
    const code = first(value['StatusCode']);
    return one('statuscake', {
      title: `${name} is ${status.toLowerCase()}`,
      state: up ? 'resolved' : 'firing',
      severity: up ? 'ok' : 'critical',
      summary: code === '' || code === '0' ? first(value['Details']) : `The answer was ${code}.`,
      facts: [
        ['Address', value['URL']],
        ['Status code', code],
        ['Tags', value['Tags']],
        ...linesOf(value, 'Status', 'Name', 'URL', 'StatusCode', 'Token', 'Tags'),
      ],
      links: [['Address', webLink(value['URL'])]],
      threadKey: keyOf(name, first(value['TestID'], value['ID']), value['URL']),
    });
  },
};
