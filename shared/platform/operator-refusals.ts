/**
 * The part of the table of refusals that operators see: at the register, the dead letters and the audit trail.
 */
import type { Refusal } from './refusals.ts';

/** Its entries. */
export const operatorRefusals = {
  'operator-only': {
    status: 403,
    title: 'Only an operator may do this',
    advice: 'Use the key of an operator whose role allows it. Keys of submitters administer nothing.',
  },
  'submitter-only': {
    status: 403,
    title: 'Only a submitter may do this',
    advice: 'Use the key of a submitter. Keys of operators send nothing.',
  },
  'not-kept': {
    status: 409,
    title: 'The message does not wait for a person',
    advice:
      'Only a message that failed, expired, is unknown or dead-lettered can be replayed or discarded, and replayed only while its content is kept.',
  },
  'invalid-filter': {
    status: 422,
    title: 'The filter has faults',
    advice: 'Correct the fields named in "errors"; each entry says what to do. Nothing was changed.',
  },
  'invalid-entry': {
    status: 422,
    title: 'The entry of the register has faults',
    advice: 'Correct the fields named in "errors"; each entry says what to do. Nothing was changed.',
  },
  'entry-not-found': {
    status: 404,
    title: 'There is no such entry in the register',
    advice: 'Check the name; a list shows those that there are.',
  },
  'precondition-failed': {
    status: 412,
    title: 'The entry is not as the request expects it',
    advice:
      'Somebody else changed it. Read it again, decide again, and send the change with the new ETag in If-Match.',
  },
  'last-admin': {
    status: 409,
    title: 'No administrator with a key would be left',
    advice:
      'Give the role "admin" and a key to another operator first. The command line, which works on storage itself, can always help.',
  },
  'invalid-sign-in': {
    status: 401,
    title: 'The sign-in is not one of an operator',
    advice:
      'Sign in with an account of the tenant that has one of the app roles Postrider.Viewer, Postrider.Operator or Postrider.Admin.',
  },
  'cross-site-request': {
    status: 403,
    title: 'The request does not come from a page of this bridge',
    advice:
      'Changes by somebody who is signed in with a browser are taken from pages of this bridge only. Programs use the key of an operator.',
  },
} as const satisfies Record<string, Refusal>;
