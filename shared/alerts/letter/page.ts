/**
 * The HTML of a letter: tables, since Outlook's renderer is Word; inline styles, since Gmail forgets others; nothing loaded from
 * anywhere, so that nobody learns that the mail was opened and no picture is missing.
 */
import { placesOf, type Contents, type Letterhead, type Line } from './content.ts';
import { html, Markup, type Content } from './markup.ts';
import { light } from './palette.ts';
import { bar, cell, font, fonts, pictures, sectionOf, sectionRow } from './section.ts';
import { forDark, forPhones, forWord } from './style.ts';
import { toneMarks } from './wording.ts';

/** Widest letter, in CSS pixels. */
const width = 640;

/** Writes the document. */
export function pageOf(contents: Contents): string {
  const { subject, preview, head, sections, list, listed, moreAlerts, notes, footer } = contents;
  const [first, ...others] = sections;
  const tones = new Set([...sections, ...list].map(({ tone }) => tone));
  const frame = `width:100%;max-width:${width}px;margin:0 auto`;
  return html`<!doctype html>
    <html
      lang="en"
      dir="ltr"
      xmlns="http://www.w3.org/1999/xhtml"
      xmlns:o="urn:schemas-microsoft-com:office:office"
    >
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="x-apple-disable-message-reformatting" />
        <meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no" />
        <title>${subject}</title>
        ${forWord}
        <style>
          ${new Markup(forPhones)}
        </style>
        <style>
          ${new Markup(forDark(tones))}
        </style>
      </head>
      <body
        class="pr-page"
        style="margin:0;padding:0;background-color:${light.page};-webkit-text-size-adjust:100%"
      >
        <div
          aria-hidden="true"
          style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;font-size:1px;line-height:1px;color:${light.page}"
        >
          ${preview}${new Markup('&#8199;&#847; '.repeat(60))}
        </div>
        <div role="article" aria-roledescription="email" lang="en">
          <table
            role="presentation"
            width="100%"
            cellpadding="0"
            cellspacing="0"
            border="0"
            bgcolor="${light.page}"
            class="pr-page"
            style="background-color:${light.page}"
          >
            <tr>
              <td class="pr-page" align="center" style="padding:24px 12px;background-color:${light.page}">
                <!--[if mso]><table role="presentation" width="${width}" align="center" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
                <table
                  role="presentation"
                  width="100%"
                  cellpadding="0"
                  cellspacing="0"
                  border="0"
                  bgcolor="${light.card}"
                  class="pr-card pr-round"
                  style="${frame};background-color:${light.card};table-layout:fixed;border-radius:8px"
                >
                  ${bar(first.tone)} ${head === undefined ? undefined : headRow(head)}
                  ${pictures(contents.pictures)} ${sectionOf(first, head === undefined)}
                  ${others.map((section) => sectionRow(section))}
                  ${list.length === 0 ? undefined : listRow(list, listed, moreAlerts)}
                  ${notes.length === 0 ? undefined : notesRow(notes)}
                  ${cell(html`&nbsp;`, 'height:20px;font-size:1px;line-height:20px')}
                </table>
                <table
                  role="presentation"
                  width="100%"
                  cellpadding="0"
                  cellspacing="0"
                  border="0"
                  style="${frame}"
                >
                  <tr>
                    <td
                      class="pr-pad pr-soft"
                      style="padding:14px 28px 20px;${fonts};${font(12, 18)};color:${light.soft}"
                    >
                      ${footer.map((line, index) => html`${index > 0 && html`<br />`}${line}`)}
                    </td>
                  </tr>
                </table>
                <!--[if mso]></td></tr></table><![endif]-->
              </td>
            </tr>
          </table>
        </div>
      </body>
    </html> `.text;
}

const headRow = ({ title, counts }: Letterhead): Content =>
  cell(
    html`<h1
        class="pr-ink pr-title"
        dir="auto"
        style="margin:0;${font(24, 30)};font-weight:700;color:${light.ink};overflow-wrap:anywhere"
      >
        ${title}
      </h1>
      <p class="pr-soft" style="margin:4px 0 0;${font(14, 20)};color:${light.soft}">${counts}</p>`,
    'padding:22px 28px 0',
  );

const listRow = (list: readonly Line[], listed: string, more: string | undefined): Content =>
  cell(
    html`<h2 class="pr-ink" style="margin:0 0 8px;${font(14, 20)};font-weight:700;color:${light.ink}">
        ${listed}
      </h2>
      <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
        ${list.map(
          (line) =>
            html`<tr>
              <td
                class="pr-ink"
                style="padding:3px 0;${font(14, 20)};color:${light.ink};overflow-wrap:anywhere;word-break:break-word"
              >
                <span aria-hidden="true">${toneMarks[line.tone]}</span>
                <span dir="auto">${line.title}</span>${line.count > 1 && html` <b>×&nbsp;${line.count}</b>`}
                <span class="pr-soft" dir="auto" style="color:${light.soft}"
                  >${[line.badge.toLowerCase(), placesOf(line)].filter(Boolean).join(': ')}</span
                >
              </td>
            </tr> `,
        )}
      </table>
      ${more !== undefined && html`<p class="pr-soft" style="margin:6px 0 0;${font(14, 20)};color:${light.soft}">${more}</p>`}`,
    'padding:16px 28px 4px',
    'pr-rule',
    `border-top:1px solid ${light.rule}`,
  );

const notesRow = (notes: readonly string[]): Content =>
  cell(
    html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
      <tr>
        <td
          class="pr-note pr-ink"
          bgcolor="${light.note}"
          style="padding:12px 16px;border-radius:6px;background-color:${light.note};${font(14, 21)};color:${light.ink};overflow-wrap:anywhere"
        >
          ${notes.map((note, index) => html`${index > 0 && html`<br />`}<span dir="auto">${note}</span>`)}
        </td>
      </tr>
    </table>`,
    'padding:16px 28px 4px',
  );
