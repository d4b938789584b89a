/**
 * In whose words a sender is answered: those of the server that it takes us for. A tool that speaks to Gotify, ntfy, Apprise, Slack,
 * Discord or Teams believes that its message arrived when the answer is theirs, and some compare it word by word.
 */
import type { AlertGroup, Handshake, HookRequest } from '../alert.ts';
import { at as within, fields, given, isFields, list, nested, text } from '../sketch.ts';
import * as apprise from './apprise.ts';
import * as discord from './discord.ts';
import * as gotify from './gotify.ts';
import * as ntfy from './ntfy.ts';
import * as slack from './slack.ts';
import * as teams from './teams.ts';

type Answer = Handshake['answer'];

/** The protocols, by the names of their adapters. */
export const protocolNames = ['apprise', 'discord', 'gotify', 'ntfy', 'slack', 'teams'] as const;
export type ProtocolName = (typeof protocolNames)[number];

/** What was accepted. */
export interface Told {
  /** Our id of the message. */
  readonly id: string;
  readonly at: Date;
  /** Name of the hook. */
  readonly hook: string;
  readonly request: HookRequest;
}

/** What was refused. */
export interface Refused {
  /** HTTP status code. */
  readonly status: number;
  readonly title: string;
  /** What to do. */
  readonly detail: string;
  /** In seconds. */
  readonly retryAfter?: number;
  /** Looks up a request header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
}

/** How a server of the protocol answers. */
interface Protocol {
  readonly accepted: (told: Told) => Answer;
  readonly refused: (refused: Refused) => Answer;
}

/** The answers. */
export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  apprise: {
    accepted: ({ request }) => apprise.accepted(request.header('accept')),
    refused: ({ status, detail, header }) => apprise.refused(status, detail, header('accept')),
  },
  discord: {
    accepted({ id, at, request }) {
      const inForm = nested(fields(request.value)['payload_json']);
      const body = isFields(inForm) ? inForm : fields(request.value);
      const said = { id, at, content: text(body['content']), embeds: list(body['embeds']) };
      return discord.accepted(said, request.query.get('wait'));
    },
    refused: ({ status, detail, retryAfter }) => discord.refused(status, detail, retryAfter),
  },
  gotify: {
    accepted({ id, at, request }) {
      const body = given(request);
      const priority = Number.parseInt(text(body['priority']), 10);
      const extras = body['extras'];
      return gotify.accepted({
        id,
        at,
        title: text(body['title']),
        message: text(body['message']) || request.text,
        ...(Number.isNaN(priority) ? {} : { priority }),
        ...(isFields(extras) ? { extras } : {}),
      });
    },
    refused: ({ status, title, detail }) => gotify.refused(status, title, detail),
  },
  ntfy: {
    accepted: ({ id, at, hook, request }) =>
      ntfy.accepted({ id, at, topic: hook, ...ntfy.publicationOf(request) }),
    refused: ({ status, detail, retryAfter }) => ntfy.refused(status, detail, retryAfter),
  },
  slack: {
    accepted: () => slack.accepted,
    refused: ({ status, retryAfter }) => slack.refused(status, retryAfter),
  },
  teams: {
    accepted: ({ request }) => teams.accepted(teams.formOf(request.value)),
    refused: ({ status, detail, retryAfter }) => teams.refused('connector', status, detail, retryAfter),
  },
};

/** A protocol by the name of an adapter, if that is one. */
export const protocolNamed = (adapter: string | undefined): ProtocolName | undefined =>
  protocolNames.find((name) => name === adapter);

/**
 * The protocol that a request to a hook spoke, as far as it wants an answer of its own.
 *
 * @param group what was read out of it. Bodies of Apprise's `json://`, and of ntfy and Gotify when they come to a hook's own address, want
 *   nothing but a success.
 */
export function protocolOf({ alerts }: AlertGroup): ProtocolName | undefined {
  const name = protocolNamed(alerts[0]?.source);
  return name === 'slack' || name === 'discord' || name === 'teams' ? name : undefined;
}

/** Whether a path is that of Gotify behind a hook: clients add `/message` to the address that they are given. */
export const isGotifyPath = (path: string): boolean => /^\/hooks\/[^/]+\/message\/?$/i.test(path);

/** The topic of an ntfy publication in JSON; undefined when the body names none. */
export function topicOf(body: Uint8Array): string | undefined {
  try {
    const topic = text(within(JSON.parse(Buffer.from(body).toString('utf8')), 'topic'));
    return topic === '' ? undefined : topic;
  } catch {
    return undefined;
  }
}
