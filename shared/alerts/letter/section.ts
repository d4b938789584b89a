/**
 * The parts of the page: one alert in full, one in brief, and the pieces they are made of.
 */
import type { ShownPicture } from './attached.ts';
import { cut } from './clean.ts';
import type { Folded, Reference, Row, Section } from './content.ts';
import { broken, html, Markup, type Content } from './markup.ts';
import { light } from './palette.ts';
import { toneMarks, type Tone } from './wording.ts';

/** Fonts that every system has, for a cell and all that stands in it; Word is told its own. */
export const fonts = new Markup('font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif');

/** Sizes in CSS pixels. */
export const font = (size: number, line: number): string =>
  `font-size:${size}px;line-height:${line}px;mso-line-height-rule:exactly`;

/** Strings without a space, such as ids and paths, break anywhere rather than widen the letter. */
const breaking = 'word-break:break-word;overflow-wrap:anywhere';

/** Columns stay columns: on a phone they are moved sideways rather than broken. */
const mono =
  'font-family:Consolas,Menlo,DejaVu Sans Mono,monospace;font-size:13px;line-height:19px;white-space:nowrap;overflow-x:auto';

/** Styles that are always the same, put together once. */
const styles = {
  title: new Markup(`margin:12px 0 0;${font(24, 30)};font-weight:700;color:${light.ink};${breaking}`),
  subtitle: new Markup(`margin:9px 0 0;${font(17, 23)};font-weight:700;color:${light.ink};${breaking}`),
  when: new Markup(`margin:5px 0 0;${font(14, 20)};color:${light.soft}`),
  summary: new Markup(`${font(16, 24)};${breaking};color:${light.ink};unicode-bidi:plaintext`),
  columns: new Markup(`${mono};color:${light.ink};unicode-bidi:plaintext`),
  soft: new Markup(`color:${light.soft}`),
  link: new Markup(`color:${light.link};text-decoration:underline`),
  button: new Markup(
    `display:inline-block;padding:11px 20px;${font(15, 20)};font-weight:700;color:${light.onButton};text-decoration:none;border-radius:6px`,
  ),
  underButton: new Markup(`margin:7px 0 0;${font(12, 17)};color:${light.soft};${breaking}`),
  moreFacts: new Markup(`margin:8px 0 0;${font(13, 19)};color:${light.soft}`),
  reference: new Markup(`margin:0 0 8px;${font(14, 20)};${breaking}`),
  address: new Markup(`${font(12, 17)};color:${light.soft}`),
} as const;

/** Facts of the alert in full have a rule above each; in brief they stand close. */
const factStyles = (gap: number, edge: string) => ({
  name: new Markup(
    `width:30%;padding:${gap}px 14px ${gap}px 0;${edge};${font(14, 20)};font-weight:400;text-align:start;color:${light.soft};${breaking}`,
  ),
  value: new Markup(`padding:${gap}px 0;${edge};${font(14, 20)};color:${light.ink};${breaking}`),
});
const inFull = factStyles(8, `border-top:1px solid ${light.rule}`);
const inBrief = factStyles(2, 'border:0');

/** A row of the letter. */
export const cell = (content: Content, style: string, name = '', border = ''): Markup =>
  html`<tr>
    <td class="pr-pad ${name}" style="${fonts};${style};${border}">${content}</td>
  </tr> `;

/** The stripe at the top. */
export const bar = (tone: Tone): Markup =>
  html`<tr>
    <td
      class="pr-tone-${tone} pr-round"
      height="6"
      bgcolor="${light.tones[tone][0]}"
      style="height:6px;font-size:1px;line-height:6px;border-radius:8px 8px 0 0;background-color:${light.tones[tone][0]}"
    >
      &nbsp;
    </td>
  </tr>`;

/** State and severity: colour, shape and words say the same. */
export const badge = (tone: Tone, words: string): Markup => {
  const [behind, text] = light.tones[tone];
  return html`<table role="presentation" cellpadding="0" cellspacing="0" border="0">
    <tr>
      <td
        class="pr-tone-${tone} pr-on-${tone}"
        bgcolor="${behind}"
        style="padding:3px 10px;border-radius:4px;background-color:${behind};${font(13, 18)};font-weight:700;color:${text};white-space:nowrap"
      >
        <span aria-hidden="true">${toneMarks[tone]}&nbsp;</span>${words}
      </td>
    </tr>
  </table>`;
};

/** Pictures that came with the alert. The width is an attribute for Word, which knows no max-width. */
export const pictures = (shown: readonly ShownPicture[]): Content =>
  shown.map(({ contentId, filename, width }) =>
    cell(
      html`<img
        src="cid:${contentId}"
        alt="${filename}"
        width="${Math.min(width, 584)}"
        style="display:block;max-width:100%;height:auto;border:0;border-radius:6px"
      />`,
      'padding:20px 28px 0',
    ),
  );

/** An alert in full. */
export function sectionOf(section: Section, alone: boolean): Content {
  const { tone, badge: words, title, when, summary, columns, button, facts, moreFacts, references } = section;
  return [
    cell(html`${badge(tone, words)} ${heading(title, alone)} ${whenLine(when)}`, 'padding:22px 28px 0'),
    summary !== undefined && cell(summaryOf(summary, columns), 'padding:14px 28px 0'),
    button !== undefined && cell(buttonOf(button), 'padding:18px 28px 0'),
    (facts.length > 0 || moreFacts !== undefined) &&
      cell(
        html`${factTable(facts, false)}${moreFacts !== undefined && html`<p class="pr-soft" style="${styles.moreFacts}">… ${moreFacts}</p>`}`,
        'padding:18px 28px 4px',
      ),
    references.length > 0 && cell(referenceList(references), 'padding:14px 28px 4px'),
  ];
}

/** An alert in brief, below another. */
export function sectionRow({
  tone,
  badge: words,
  title,
  when,
  summary,
  columns,
  facts,
  references,
}: Section): Content {
  return cell(
    html`${badge(tone, words)} ${heading(title, false)} ${whenLine(when)}
    ${summary !== undefined && html`<div style="padding-top:6px">${summaryOf(summary, columns)}</div>`}
    ${facts.length > 0 && html`<div style="padding-top:8px">${factTable(facts, true)}</div>`}
    ${references.length > 0 && html`<div style="padding-top:8px">${referenceList(references)}</div>`}`,
    'padding:18px 28px 14px',
    'pr-rule',
    `border-top:1px solid ${light.rule}`,
  );
}

const heading = (title: string, alone: boolean): Markup =>
  alone
    ? html`<h1 class="pr-ink pr-title" dir="auto" style="${styles.title}">${title}</h1>`
    : html`<h2 class="pr-ink" dir="auto" style="${styles.subtitle}">${title}</h2>`;

const whenLine = (when: readonly string[]): Content =>
  when.length > 0 &&
  html`<p class="pr-soft" style="${styles.when}">
    ${when.map((line, index) => html`${index > 0 && html`<br />`}${line}`)}
  </p>`;

const summaryOf = (summary: Folded, columns: boolean): Markup =>
  html`<div class="pr-ink" dir="auto" style="${columns ? styles.columns : styles.summary}">
    ${broken(summary.text)}${more(summary)}
  </div>`;

const more = ({ more: words }: Folded): Content =>
  words !== undefined && html` <span dir="ltr" class="pr-soft" style="${styles.soft}">${words}</span>`;

/** Padding around the link rather than in it for Word, which knows none on links: `mso-padding-alt`. */
const buttonOf = ({ label, href, shown }: Reference): Markup =>
  html`<table role="presentation" cellpadding="0" cellspacing="0" border="0">
      <tr>
        <td
          class="pr-button"
          bgcolor="${light.button}"
          style="border-radius:6px;background-color:${light.button};mso-padding-alt:11px 20px"
        >
          <a
            class="pr-on-button"
            href="${href}"
            target="_blank"
            rel="noopener noreferrer"
            style="${styles.button}"
            ><span dir="auto">${label}</span></a
          >
        </td>
      </tr>
    </table>
    <p class="pr-soft" style="${styles.underButton}">${looks(shown)}</p>`;

const looks = (shown: string): string => {
  const { text, more: left } = cut(shown, 120);
  return left === 0 ? text : `${text}…`;
};

const factTable = (facts: readonly Row[], close: boolean): Content =>
  facts.length > 0 &&
  html`<table
    width="100%"
    cellpadding="0"
    cellspacing="0"
    border="0"
    style="width:100%;table-layout:fixed;border-collapse:collapse"
  >
    ${facts.map(({ name, value }) => {
      const style = close ? inBrief : inFull;
      return html`<tr>
        <th
          scope="row"
          width="30%"
          align="left"
          valign="top"
          class="pr-name pr-soft pr-rule"
          dir="auto"
          style="${style.name}"
        >
          ${name}
        </th>
        <td valign="top" class="pr-ink pr-rule" dir="auto" style="${style.value}">
          ${broken(value.text)}${more(value)}
        </td>
      </tr> `;
    })}
  </table>`;

const referenceList = (references: readonly Reference[]): Markup =>
  html`<ul style="margin:0;padding:0;list-style:none">
    ${references.map(
      ({ label, href, shown }) =>
        html`<li style="${styles.reference}">
          ${
            href === undefined
              ? html`<span class="pr-ink" dir="auto" style="color:${light.ink}">${label}</span>`
              : html`<a
                  class="pr-link"
                  href="${href}"
                  target="_blank"
                  rel="noopener noreferrer"
                  style="${styles.link}"
                  ><span dir="auto">${label}</span></a
                >`
          }<br /><span class="pr-soft" style="${styles.address}">${looks(shown)}</span>
        </li> `,
    )}
  </ul>`;
