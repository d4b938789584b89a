/**
 * JSON on the command line: the text itself, `@file`, or `-` for standard input.
 */
import { InvalidArgumentError, type Command } from 'commander';
import { readJson } from '../../shared/operator/document.ts';
import { fileBytes } from './arguments.ts';
import { fail, giveUp } from './print.ts';

/** Reads an object, or ends the command. */
export function jsonOption(command: Command, text: string): Record<string, unknown> {
  const read = readJson(bytesOf(command, text));
  if (!read.ok) return fail(command, read.problem);
  if (typeof read.value === 'object' && read.value !== null && !Array.isArray(read.value)) {
    return read.value as Record<string, unknown>;
  }
  return giveUp(command, 'error: give a JSON object', 2);
}

function bytesOf(command: Command, text: string): Buffer {
  if (text !== '-' && !text.startsWith('@')) return Buffer.from(text);
  try {
    return fileBytes(text === '-' ? text : text.slice(1));
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    return giveUp(command, `error: ${error.message}`, 2);
  }
}
