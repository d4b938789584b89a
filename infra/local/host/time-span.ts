const SHAPE = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2}(?:\.\d{1,7})?))?$/;

/**
 * Milliseconds of a .NET TimeSpan as host.json and timer schedules write it: `hh:mm`, `hh:mm:ss`, `d.hh:mm:ss.fff`.
 * Undefined when the text has another shape.
 * Source: https://learn.microsoft.com/dotnet/standard/base-types/standard-timespan-format-strings
 */
export function timeSpan(text: string): number | undefined {
  const match = SHAPE.exec(text.trim());
  if (!match) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}
