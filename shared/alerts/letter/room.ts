/**
 * How much of what came stands in a letter. Gmail shows the first 102 kB of a mail's HTML and hides the rest behind a link, so a
 * letter that turns out larger is written again with less.
 */

/** Limits of one letter. Lengths are in UTF-16 units. */
export interface Room {
  readonly summary: number;
  readonly facts: number;
  readonly value: number;
  readonly links: number;
  readonly notes: number;
  /** Alerts after the first that have a section. */
  readonly sections: number;
  readonly briefSummary: number;
  readonly briefFacts: number;
  readonly briefValue: number;
  readonly briefLinks: number;
  /** Lines of the list of all other alerts. */
  readonly lines: number;
}

/** Most HTML of a letter, in bytes of UTF-8: what Gmail shows, less what gateways add. */
export const htmlLimit = 98_000;

/** From ample to what fits in any case: the last stays below the limit when every character needs six bytes. */
export const rooms: readonly [Room, ...Room[]] = [
  {
    summary: 4000,
    facts: 50,
    value: 600,
    links: 12,
    notes: 12,
    sections: 9,
    briefSummary: 300,
    briefFacts: 6,
    briefValue: 160,
    briefLinks: 1,
    lines: 15,
  },
  {
    summary: 2000,
    facts: 30,
    value: 200,
    links: 6,
    notes: 6,
    sections: 5,
    briefSummary: 160,
    briefFacts: 4,
    briefValue: 80,
    briefLinks: 1,
    lines: 10,
  },
  {
    summary: 1000,
    facts: 12,
    value: 120,
    links: 2,
    notes: 3,
    sections: 1,
    briefSummary: 120,
    briefFacts: 3,
    briefValue: 60,
    briefLinks: 0,
    lines: 5,
  },
];
