/**
 * What a colour says: chat-shaped bodies often tell how bad it is by nothing else.
 */
import type { Severity } from './alert.ts';

/** Named colours of Slack, Adaptive Cards, and the few that people write themselves. */
const named: Readonly<Record<string, Severity>> = {
  danger: 'critical',
  attention: 'critical',
  red: 'critical',
  warning: 'warning',
  orange: 'warning',
  yellow: 'warning',
  amber: 'warning',
  good: 'ok',
  green: 'ok',
  accent: 'info',
  blue: 'info',
};

/**
 * Reads a colour as a severity: red critical, orange and yellow warning, green ok, blue info.
 *
 * @param colour `#DD0000`, `DD0000`, `#d00`, a number as Discord has it (0xRRGGBB), or a name (`danger`, `attention`, …).
 * @returns undefined for greys, for purples, and for what is no colour.
 */
export function severityOfColour(colour: unknown): Severity | undefined {
  if (typeof colour === 'string' && Object.hasOwn(named, colour.trim().toLowerCase())) {
    return named[colour.trim().toLowerCase()];
  }
  const rgb = channels(colour);
  if (rgb === undefined) return undefined;
  const [red, green, blue] = rgb;
  const high = Math.max(red, green, blue);
  const spread = high - Math.min(red, green, blue);
  // A grey, or too dark to have been meant as a signal.
  if (high < 60 || spread / high < 0.25) return undefined;
  const hue = hueOf(red, green, blue, high, spread);
  if (hue < 16 || hue >= 335) return 'critical';
  if (hue < 68) return 'warning';
  if (hue < 175) return 'ok';
  return hue < 262 ? 'info' : undefined;
}

function channels(colour: unknown): readonly [number, number, number] | undefined {
  if (typeof colour === 'string') {
    // Digits alone are Discord's number; with eight of them nobody means an alpha channel.
    if (/^\d{7,8}$/.test(colour.trim())) return channels(Number(colour));
    const hex = /^#?([0-9a-f]{6}|[0-9a-f]{3})(?:[0-9a-f]{2})?$/i.exec(colour.trim())?.[1];
    if (hex === undefined) return undefined;
    const full = hex.length === 3 ? hex.replaceAll(/./g, '$&$&') : hex;
    return channels(Number.parseInt(full, 16));
  }
  if (typeof colour !== 'number' || !Number.isInteger(colour) || colour < 0 || colour > 0xffffff)
    return undefined;
  return [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];
}

/** In degrees. */
function hueOf(red: number, green: number, blue: number, high: number, spread: number): number {
  if (high === red) return (((green - blue) / spread) * 60 + 360) % 360;
  if (high === green) return ((blue - red) / spread) * 60 + 120;
  return ((red - green) / spread) * 60 + 240;
}
