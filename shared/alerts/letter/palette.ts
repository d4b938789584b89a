/**
 * The colours of a letter, light and dark. Every pair that carries text has the contrast of WCAG 2.2 AA (4.5:1); a test computes it.
 */
import type { Tone } from './wording.ts';

export interface Palette {
  readonly page: string;
  readonly card: string;
  readonly ink: string;
  /** Less important text. */
  readonly soft: string;
  readonly rule: string;
  readonly link: string;
  /** Behind notes. */
  readonly note: string;
  /** Behind the button, and the text on it. */
  readonly button: string;
  readonly onButton: string;
  /** Behind the badge, and the text on it. */
  readonly tones: Readonly<Record<Tone, readonly [behind: string, text: string]>>;
}

export const light: Palette = {
  page: '#eef1f4',
  card: '#ffffff',
  ink: '#1b2026',
  soft: '#56606b',
  rule: '#dde3e9',
  link: '#0a58ae',
  note: '#f4f6f8',
  button: '#1f2937',
  onButton: '#ffffff',
  tones: {
    critical: ['#b00020', '#ffffff'],
    error: ['#c2410c', '#ffffff'],
    warning: ['#f5b301', '#2a1e00'],
    info: ['#0a58ae', '#ffffff'],
    ok: ['#15763a', '#ffffff'],
    unknown: ['#56606b', '#ffffff'],
  },
};

export const dark: Palette = {
  page: '#0e1115',
  card: '#191e24',
  ink: '#e7ecf1',
  soft: '#a4afba',
  rule: '#343c45',
  link: '#7db8ff',
  note: '#222930',
  button: '#e7ecf1',
  onButton: '#14181d',
  tones: {
    critical: ['#ff7b86', '#2b0307'],
    error: ['#ff9a6b', '#2b0f02'],
    warning: ['#f5b301', '#2a1e00'],
    info: ['#7db8ff', '#041c38'],
    ok: ['#5ecf8d', '#02240f'],
    unknown: ['#a4afba', '#14181d'],
  },
};
