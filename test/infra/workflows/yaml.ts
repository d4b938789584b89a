/**
 * Reads as much of YAML as workflows need: mappings, sequences of mappings, flow sequences, block texts, plain scalars. What it does
 * not know it refuses, so that no rule is passed by something that was not understood.
 */
export type Yaml = string | readonly Yaml[] | { readonly [key: string]: Yaml };

interface Line {
  readonly indent: number;
  readonly text: string;
  readonly raw: string;
}

/** @throws where the text leaves that part of YAML. */
export function readYaml(source: string): Yaml {
  const lines = source.split('\n').map((raw) => {
    const text = raw.replace(/(?:^|\s)#.*$/, '').trimEnd();
    if (text.includes('\t')) throw new Error(`a tab: ${raw}`);
    return { indent: text.length - text.trimStart().length, text: text.trim(), raw };
  });
  const reader = new Reader(lines);
  const value = reader.block(0);
  reader.skipEmpty();
  if (reader.here) throw new Error(`not understood: ${reader.here.raw}`);
  return value;
}

class Reader {
  readonly #lines: readonly Line[];
  #at = 0;
  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }
  get here(): Line | undefined {
    return this.#lines[this.#at];
  }
  skipEmpty(): void {
    while (this.here?.text === '') this.#at++;
  }

  /** A mapping or a sequence whose lines begin at this indent. */
  block(indent: number): Yaml {
    this.skipEmpty();
    return this.here?.text.startsWith('- ') ? this.#sequence(indent) : this.#mapping(indent, {});
  }

  #sequence(indent: number): Yaml {
    const items: Yaml[] = [];
    for (
      this.skipEmpty();
      this.here?.indent === indent && this.here.text.startsWith('- ');
      this.skipEmpty()
    ) {
      const first = this.here.text.slice(2);
      this.#at++;
      items.push(this.#mapping(indent + 2, this.#entry(first, indent + 2)));
    }
    return items;
  }

  #mapping(indent: number, begun: Readonly<Record<string, Yaml>>): Yaml {
    const entries: Record<string, Yaml> = { ...begun };
    for (
      this.skipEmpty();
      this.here?.indent === indent && !this.here.text.startsWith('- ');
      this.skipEmpty()
    ) {
      const { text } = this.here;
      this.#at++;
      const [[key, value] = []] = Object.entries(this.#entry(text, indent));
      if (key === undefined || value === undefined || key in entries) throw new Error(`twice: ${text}`);
      entries[key] = value;
    }
    return entries;
  }

  #entry(text: string, indent: number): Record<string, Yaml> {
    const match = /^([\w.-]+):(?:\s+(.*))?$/.exec(text);
    if (!match) throw new Error(`not understood: ${text}`);
    const { 1: key = '', 2: rest = '' } = match;
    if (rest === '|') return { [key]: this.#text(indent) };
    if (/^[|>&*!]/.test(rest)) throw new Error(`not understood: ${text}`);
    if (rest !== '') return { [key]: scalar(rest) };
    this.skipEmpty();
    return { [key]: this.here && this.here.indent > indent ? this.block(this.here.indent) : '' };
  }

  /** A text block: what is indented further. Comments in it are part of it. */
  #text(indent: number): string {
    const lines: string[] = [];
    for (; this.here && (this.here.raw.trim() === '' || this.here.indent > indent); this.#at++)
      lines.push(this.here.raw);
    return lines.join('\n');
  }
}

function scalar(text: string): Yaml {
  if (text === '{}') return {};
  if (text.startsWith('[') && text.endsWith(']'))
    return text
      .slice(1, -1)
      .split(',')
      .map((item) => item.trim());
  if (text.startsWith('{')) throw new Error(`not understood: ${text}`);
  return text.replace(/^(['"])(.*)\1$/, '$2');
}
