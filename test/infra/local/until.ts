/** Taken before any test replaces it by a mocked clock. */
const { setTimeout } = globalThis;

/** Waits until the condition holds; fails after a minute, which no test should need. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
