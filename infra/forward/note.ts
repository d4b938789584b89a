/**
 * What the forwarder says while it runs: a line of text for people, or of JSON for machines. Never a body, a query or a key. What needs
 * a person goes to standard error.
 */

type Level = 'info' | 'warn' | 'error';

/** Says something. */
export type Note = (level: Level, event: string, fields?: Readonly<Record<string, string | number>>) => void;

/** @param json lines of JSON instead of text. */
export function createNote(json: boolean): Note {
  return (level, event, fields = {}) => {
    const time = new Date().toISOString();
    const line = json
      ? JSON.stringify({ time, level, event, ...fields })
      : [time, event, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)].join(' ');
    if (level === 'info') console.log(line);
    else console.error(line);
  };
}
