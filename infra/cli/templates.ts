/**
 * `postrider templates`: messages in Liquid, and what they look like.
 */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { renderTemplate as RenderTemplate } from '../../shared/template/render.ts';
import { openAdministration } from './administration.ts';
import { entryName, fileBytes } from './arguments.ts';
import { addEntryCommands, asWire, cellOf } from './entry-commands.ts';
import { jsonOption } from './json-option.ts';
import { describe, giveUp, print, printList, settled } from './print.ts';

interface PutOptions {
  readonly submitter?: string;
  readonly description?: string;
  readonly subject?: string;
  readonly text?: Buffer;
  readonly html?: Buffer;
}

interface PreviewOptions {
  readonly variables?: string;
  readonly html?: string;
  readonly zone?: string;
}

/** Adds the command; it inherits the program's way of ending. */
export function addTemplatesCommand(program: Command): void {
  const templates = program.command('templates').description('messages in Liquid, for hooks and submissions');

  templates
    .command('list')
    .description('lists templates and whose they are')
    .action(async (_: object, command: Command) => {
      const all = (await openAdministration(command).shelves.templates.list()).map(asWire);
      printList(
        command,
        all,
        ['NAME', 'SUBMITTER', 'PARTS', 'DESCRIPTION'],
        all.map((one) => [
          cellOf(one, 'name'),
          cellOf(one, 'submitter', 'every'),
          ['subject', 'text', 'html'].filter((part) => part in one).join(', '),
          cellOf(one, 'description'),
        ]),
        'No templates.',
      );
    });

  templates
    .command('put')
    .description('writes a template whole: parts that are not given it does not have')
    .argument('<name>', 'lower case letters, digits, hyphens', entryName)
    .option('--subject <liquid>', 'the subject, one line')
    .option('--text <file>', 'file of the text, or -', fileBytes)
    .option('--html <file>', 'file of the HTML, or -', fileBytes)
    .option('--submitter <name>', 'who alone may use it; everybody when left out')
    .option('--description <text>', 'what it is for')
    .addHelpText(
      'after',
      `
Example:
  postrider templates put disk --subject '{{ severity }}: {{ title }}' --html disk.html`,
    )
    .action(async (name: string, options: PutOptions, command: Command) => {
      const { access, shelves, author } = openAdministration(command);
      const { submitter, description, subject } = options;
      const parts = { subject, text: options.text?.toString('utf8'), html: options.html?.toString('utf8') };
      const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
      const known = await access.templates.list();
      const partials = Object.fromEntries(known.map((one) => [one.name, one]));
      // A template that cannot be read would refuse every mail of its hooks.
      settled(command, await render(given, { ...partials, [name]: given }, {}));
      const body = Buffer.from(JSON.stringify({ submitter, description, ...given }));
      const { view } = settled(command, await shelves.templates.put(author, name, body, {}));
      print(command, view, `The template "${name}" is written.\n\n${describe(view)}`);
    });

  templates
    .command('preview')
    .description('renders a template with variables; nothing is sent')
    .argument('<name>', 'name of the template')
    .option('--variables <json>', 'a JSON object, @file, or - for standard input')
    .option('--zone <zone>', 'time zone of dates', 'UTC')
    .option('--html <file>', 'write the HTML there, to be looked at in a browser')
    .addHelpText(
      'after',
      `
What a hook gives to its template is shown by "postrider hooks test".

Example:
  postrider templates preview welcome --variables '{"name": "Ada"}' --html welcome.html`,
    )
    .action(async (name: string, options: PreviewOptions, command: Command) => {
      const all = await openAdministration(command).access.templates.list();
      const template = all.find((one) => one.name === name);
      if (!template) {
        return giveUp(
          command,
          `error: there is no template "${name}"; "postrider templates list" shows them`,
          1,
        );
      }
      const variables = options.variables === undefined ? {} : jsonOption(command, options.variables);
      const usable = all.filter(
        ({ submitter }) => submitter === undefined || submitter === template.submitter,
      );
      const partials = Object.fromEntries(usable.map((one) => [one.name, one]));
      const rendered = settled(command, await render(template, partials, variables, options.zone));
      if (options.html !== undefined && rendered.html !== undefined)
        writeFileSync(options.html, rendered.html);
      const parts = [
        ...(rendered.subject === undefined ? [] : [`Subject: ${rendered.subject}`]),
        ...(rendered.text === undefined ? [] : [rendered.text]),
        ...(rendered.html === undefined || options.html !== undefined ? [] : [rendered.html]),
      ];
      print(command, { object: 'template_preview', name, ...rendered }, parts.join('\n\n'));
    });

  addEntryCommands(templates, 'templates', {
    noun: 'template',
    remove: 'removes a template; mails of hooks that name it are refused then',
  });
}

/** Loads liquidjs when it is needed: most commands do not. */
const render = async (...given: Parameters<typeof RenderTemplate>) =>
  await (await import('../../shared/template/render.ts')).renderTemplate(...given);
