import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dark, light, type Palette } from '../../shared/alerts/letter/palette.ts';

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const textPairs = ({ page, card, ink, soft, link, note, button, onButton, tones }: Palette) => [
  [ink, card],
  [soft, card],
  [link, card],
  [soft, page],
  [ink, note],
  [onButton, button],
  ...Object.values(tones),
];

test('every text has the contrast of WCAG AA, light and dark', () => {
  assert.ok(Math.abs(contrast('#767676', '#ffffff') - 4.54) < 0.01);
  for (const palette of [light, dark]) {
    for (const [text = '', behind = ''] of textPairs(palette)) {
      assert.ok(contrast(text, behind) >= 4.5, `${text} on ${behind}: ${contrast(text, behind).toFixed(2)}`);
    }
  }
});
