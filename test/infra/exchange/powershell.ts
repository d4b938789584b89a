/**
 * Reads PowerShell as far as the rules for infra/exchange need it, and runs it where there is one.
 *
 * The reading is a tokenizer of ours, because PowerShell is not on every machine; where it is, a test compares the two.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** PowerShell 7: `PWSH`, or `pwsh` on the path; undefined where there is none. */
export const pwsh: string | undefined = [
  process.env['PWSH'],
  ...(process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'pwsh')),
].find((file) => file !== undefined && file !== '' && existsSync(file));

/** Runs a script file of ours and gives its output. */
export const runPowerShell = (file: string, args: readonly string[]): string =>
  execFileSync(pwsh ?? '', ['-NoProfile', '-NonInteractive', '-File', file, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, POWERSHELL_TELEMETRY_OPTOUT: '1', NO_COLOR: '1' },
  });

/** A command with the parameters it is given. */
export interface Command {
  readonly name: string;
  readonly parameters: readonly string[];
  /** Where it begins in the code. */
  readonly at: number;
}

/** Comments gone and strings empty, every other character where it was. @throws where a string or a comment has no end. */
export function codeOf(source: string): string {
  let code = '';
  let at = 0;
  const blank = (end: number): void => {
    code += source.slice(at, end).replaceAll(/[^\n]/g, ' ');
    at = end;
  };
  while (at < source.length) {
    if (source.startsWith('<#', at)) blank(endOf(source, '#>', at) + 2);
    else if (source[at] === '#') blank(Math.max(source.indexOf('\n', at), at + 1));
    else if (source[at] === "'" || source[at] === '"') blank(endOfString(source, at, 0));
    else code += source[at++] ?? '';
  }
  return code;
}

function endOf(source: string, mark: string, at: number): number {
  const end = source.indexOf(mark, at);
  if (end < 0) throw new Error(`no ${mark} for what begins at ${at}`);
  return end;
}

/** Behind the closing quote. In "…" a backtick escapes, and `$( … )` holds code with strings of its own. */
function endOfString(source: string, from: number, depth: number): number {
  const quote = source[from];
  if (depth > 8) throw new Error(`strings within strings at ${from}`);
  for (let at = from + 1; at < source.length; at++) {
    const char = source[at];
    if (char === quote && source[at + 1] === quote) at++;
    else if (char === quote) return at + 1;
    else if (quote === '"' && char === '`') at++;
    else if (quote === '"' && char === '$' && source[at + 1] === '(')
      at = endOfExpression(source, at + 1, depth) - 1;
  }
  throw new Error(`no end of the string at ${from}`);
}

function endOfExpression(source: string, from: number, depth: number): number {
  let open = 0;
  for (let at = from; at < source.length; at++) {
    const char = source[at];
    if (char === '"' || char === "'") at = endOfString(source, at, depth + 1) - 1;
    else if (char === '(') open++;
    else if (char === ')' && --open === 0) return at + 1;
  }
  throw new Error(`no end of the expression at ${from}`);
}

const closing: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

/** Whether every bracket has its partner. */
export function isBalanced(code: string): boolean {
  const open: string[] = [];
  for (const char of code) {
    const partner = closing[char];
    if (partner !== undefined) open.push(partner);
    else if (')}]'.includes(char) && open.pop() !== char) return false;
  }
  return open.length === 0;
}

/** The commands of the form Verb-Noun, without the functions' own headings. */
export function commandsOf(code: string): Command[] {
  const found = code.matchAll(/(?<![\w$-])([A-Z][a-z]+-[A-Z]\w+)(?!\w)/g);
  return [...found]
    .filter(({ index }) => !/function\s+$/.test(code.slice(Math.max(0, index - 20), index)))
    .map(({ 1: name = '', index }) => ({
      name,
      parameters: parametersOf(code, index + name.length),
      at: index,
    }));
}

/** `-Name` at the level of the command, up to the end of its line, its pipe or its brackets. */
function parametersOf(code: string, from: number): string[] {
  const parameters: string[] = [];
  let depth = 0;
  for (let at = from; at < code.length; at++) {
    const char = code[at] ?? '';
    if ('({['.includes(char)) depth++;
    else if (')}]'.includes(char) && --depth < 0) break;
    else if (depth === 0 && '|;\n'.includes(char)) break;
    const name = depth === 0 ? /^\s-([A-Z]\w*)/.exec(code.slice(at, at + 60)) : null;
    if (name?.[1] !== undefined) parameters.push(name[1]);
  }
  return parameters;
}

/** What stands before every block that is open at a place, from the outside in: `if (Approve    )`. */
export function blocksAround(code: string, at: number): string[] {
  const blocks: { start: number; heading: string }[] = [];
  for (let i = 0; i < at; i++) {
    if (code[i] === '{')
      blocks.push({ start: i, heading: code.slice(code.lastIndexOf('\n', i) + 1, i).trim() });
    else if (code[i] === '}') blocks.pop();
  }
  return blocks.map(({ heading }) => heading);
}
