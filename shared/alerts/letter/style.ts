/**
 * The few rules that cannot stand at an element: dark mode and phones. Everything else is inline, since Gmail drops style sheets that
 * it cannot read and gateways drop them all. Class names are the only hooks, because Word and Gmail know no other selectors.
 */
import { dark, type Palette } from './palette.ts';
import { html, type Markup } from './markup.ts';
import type { Tone } from './wording.ts';

/** For phones. A sheet of its own: Gmail drops a whole sheet for one rule it cannot read, or when it has over 8,192 characters. */
export const forPhones = `@media (max-width:520px){
.pr-page{padding:0!important}
.pr-pad{padding-left:18px!important;padding-right:18px!important}
.pr-round{border-radius:0!important}
.pr-title{font-size:20px!important;line-height:26px!important}
.pr-name{width:36%!important;padding-right:10px!important}
}`;

/** Dark mode, for the tones that a letter has. */
export function forDark(tones: ReadonlySet<Tone>): string {
  const key = [...tones].sort().join(' ');
  const known = sheets.get(key);
  if (known !== undefined) return known;
  const sheet = [
    ':root{color-scheme:light dark;supported-color-schemes:light dark}',
    `@media (prefers-color-scheme:dark){${inDark('', '', tones).join('')}}`,
    // Outlook on the web and on phones marks what it has darkened itself: -c where it changed text, -b where backgrounds.
    ...inDark('[data-ogsc] ', '[data-ogsb] ', tones),
  ].join('\n');
  sheets.set(key, sheet);
  return sheet;
}

/** By the tones they are for, of which there are few. */
const sheets = new Map<string, string>();

function inDark(text: string, behind: string, tones: ReadonlySet<Tone>): readonly string[] {
  const colour = (name: string, value: string) => `${text}.pr-${name}{color:${value}!important}`;
  const background = (name: string, value: string) =>
    `${behind}.pr-${name}{background-color:${value}!important}`;
  const { page, card, ink, soft, rule, link, note, button, onButton }: Palette = dark;
  return [
    background('page', page),
    background('card', card),
    background('note', note),
    background('button', button),
    colour('ink', ink),
    colour('soft', soft),
    colour('link', link),
    colour('on-button', onButton),
    `${behind}.pr-rule{border-color:${rule}!important}`,
    ...[...tones].flatMap((tone) => [
      background(`tone-${tone}`, dark.tones[tone][0]),
      colour(`on-${tone}`, dark.tones[tone][1]),
    ]),
  ];
}

/** Word takes another font where it does not find the first of a list, and knows how to break words only in its own way. */
export const forWord: Markup = html`<!--[if mso]>
  <xml
    ><o:OfficeDocumentSettings
      ><o:AllowPNG /><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings
    ></xml
  >
  <style>
    td,
    th,
    h1,
    h2,
    p,
    a {
      font-family: 'Segoe UI', Arial, sans-serif !important;
    }
  </style>
<![endif]-->`;
