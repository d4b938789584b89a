/** What code forges (GitHub, GitLab, Gitea, Bitbucket) tell: an event, always of one place. */
import type { AlertGroup } from '../alert.ts';
import { one, type Sketch } from '../sketch.ts';

/** Where an event happened, and what else the sender says of every event. */
export interface Setting {
  /** The repository or project, or the group that has it; empty when nothing says. */
  readonly place: string;
  readonly facts: NonNullable<Sketch['facts']>;
  readonly links: NonNullable<Sketch['links']>;
  readonly deliveryKey: string | undefined;
}

/** Puts the place before the title of an event, and what is said of every event below its own facts. */
export const placed = (
  source: string,
  event: Sketch,
  { place, facts, links, deliveryKey }: Setting,
): AlertGroup =>
  one(
    source,
    {
      ...event,
      title: place === '' ? event.title : `${place}: ${event.title}`,
      severity: event.severity ?? 'info',
      facts: [...(event.facts ?? []), ...facts],
      links: [...(event.links ?? []), ...links],
      threadKey: event.threadKey === undefined ? undefined : `${place}:${event.threadKey}`,
    },
    { deliveryKey },
  );
