/**
 * Holds the reading of each sample against what is expected of it.
 */
import { severities, type AlertGroup, type Handshake, type HookRequest } from '../../shared/alerts/alert.ts';
import { readRequest } from '../../shared/alerts/read-request.ts';
import { readHook } from '../../shared/alerts/registry.ts';
import { writeMail } from './letter.ts';
import { readSample, readSamples, type Expectation, type Sample } from './sample.ts';

/** What makes alerts of a request. */
type Reader = (request: HookRequest) => AlertGroup | Handshake;

/** What became of one sample. */
export interface Verdict {
  readonly tool: string;
  readonly file: string;
  /** Name of the adapter that read it; `handshake` when it only wanted an answer. */
  readonly source: string;
  readonly subject: string;
  /** What is not as expected, as sentences; none when all is. */
  readonly misses: readonly string[];
}

/**
 * All samples of a folder.
 *
 * @param reader reads them; by default as the bridge does.
 */
export async function scoreFolder(folder: string, reader: Reader = readHook): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const sample of readSamples(folder)) verdicts.push(await scoreSample(folder, sample, reader));
  return verdicts;
}

async function scoreSample(folder: string, sample: Sample, reader: Reader): Promise<Verdict> {
  const reading = reader(await readRequest(readSample(folder, sample)));
  const { tool, file } = sample;
  if (reading.kind === 'handshake') {
    const misses = sample.expect.state === 'handshake' ? [] : ['a mail is expected, not a handshake'];
    return { tool, file, source: 'handshake', subject: `(${reading.answer.status})`, misses };
  }
  const { subject } = writeMail(reading);
  return {
    tool,
    file,
    source: reading.alerts[0]?.source ?? '',
    subject,
    misses: missesOf(reading, sample.expect),
  };
}

/** What a reading lacks. */
export function missesOf(reading: AlertGroup | Handshake, expect: Expectation): readonly string[] {
  if (reading.kind === 'handshake') return [];
  if (expect.state === 'handshake') return ['a handshake is expected, not a mail'];
  const { subject, text } = writeMail(reading);
  const misses: string[] = [];
  for (const part of expect.subject_contains ?? []) {
    if (!subject.includes(part)) misses.push(`the subject lacks "${part}"`);
  }
  for (const part of expect.body_contains ?? []) {
    // Line breaks are the sender's or ours.
    if (!text.includes(part) && !flat(text).includes(flat(part))) misses.push(`the text lacks "${part}"`);
  }
  const severity = severityOf(reading);
  if (expect.severity && severity !== expect.severity)
    misses.push(`severity is ${severity}, not ${expect.severity}`);
  const state = stateOf(reading);
  const expected = expect.state === 'ack' ? 'acknowledged' : expect.state;
  if (expected && expected !== 'reject' && state !== expected)
    misses.push(`state is ${state}, not ${expected}`);
  const link = expect.link ?? '';
  const urls = reading.alerts.flatMap((alert) => alert.links.map(({ url }) => url));
  if (link !== '' && !urls.some((url) => url.startsWith(link))) misses.push(`no link is ${link}`);
  return misses;
}

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** The worst of the group. */
function severityOf({ alerts }: AlertGroup): string {
  return severities.find((severity) => alerts.some((alert) => alert.severity === severity)) ?? 'unknown';
}

/** Firing as long as one is. */
function stateOf({ alerts }: AlertGroup): string {
  return alerts.some((alert) => alert.state === 'firing') ? 'firing' : (alerts[0]?.state ?? 'info');
}
