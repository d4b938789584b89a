/** Small line drawings, 16 units square, in the colour of the text around them. */
import { html, type Html } from './html.ts';

function icon(shape: Html): Html {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${shape}</svg>`;
}

export const inboxIcon = icon(html`<path d="M2 9.5 4 3.5h8l2 6v3H2zM2 9.5h3.5l1 1.5h3l1-1.5H14" />`);
export const boltIcon = icon(html`<path d="M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z" />`);
export const clipIcon = icon(
  html`<path
    d="m13 7.2-5.2 5.1a3 3 0 0 1-4.2-4.3l5.6-5.4a2 2 0 0 1 2.8 2.9L6.5 10.8a1 1 0 0 1-1.4-1.4l4.7-4.5"
  />`,
);
export const backIcon = icon(html`<path d="M9.5 3 4.5 8l5 5" />`);
export const upIcon = icon(html`<path d="m3.5 10 4.5-4.5 4.5 4.5" />`);
export const downIcon = icon(html`<path d="m3.5 6 4.5 4.5 4.5-4.5" />`);
export const searchIcon = icon(html`<circle cx="7" cy="7" r="4.3" /><path d="m10.3 10.3 3.4 3.4" />`);
export const trashIcon = icon(
  html`<path d="M2.5 4.5h11M6 4.5V2.8h4v1.7M4 4.5l.6 8.7h6.8l.6-8.7M6.7 7v4M9.3 7v4" />`,
);
export const saveIcon = icon(html`<path d="M8 2.5v7.2M4.8 6.8 8 10l3.2-3.2M2.8 13h10.4" />`);
export const codeIcon = icon(html`<path d="M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5" />`);

/** An envelope on the gallop. */
export const mark = html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
  <path class="speed" d="M1.5 9h3.5M.8 13h3.2M2 17h2.5" />
  <path d="M8.2 5.5h13.3a1 1 0 0 1 1 1.2l-2 11a1 1 0 0 1-1 .8H6.2a1 1 0 0 1-1-1.2l2-11a1 1 0 0 1 1-.8z" />
  <path d="m7.3 6.5 6.2 6 8.8-6" />
</svg>`;
