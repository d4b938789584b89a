/** Debian's Chromium, or the one that CHROMIUM names, driven by playwright-core. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** The reason for which browser tests cannot run here, or false. For the `skip` option of a test. */
export const noBrowser: string | false = existsSync(EXECUTABLE)
  ? false
  : `no browser at ${EXECUTABLE}: install chromium, or name one in CHROMIUM`;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    // No sandbox: as root, in a container, Chromium has none to use. The rest keeps it from calling home.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
