/** What a table of ours has for a word from outside: `constructor` and `__proto__` are in none of them. */
export function entry<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
