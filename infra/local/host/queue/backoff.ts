const MINIMUM_MS = 100;

/**
 * The pause between polls of a queue: 100 ms after a hit, then 100 ms plus a doubling, randomised step after each
 * empty poll; having reached the maximum it stays there until a message is found.
 * Source: RandomizedExponentialBackoffStrategy of github.com/Azure/azure-webjobs-sdk.
 */
export function createBackoff(maximumMs: number, random: () => number): (found: boolean) => number {
  let current = 0;
  let exponent = 0;
  return (found) => {
    if (found) {
      current = MINIMUM_MS;
      exponent = 1;
    } else if (current !== maximumMs) {
      const step = exponent > 0 ? (0.8 + 0.4 * random()) * 2 ** (exponent - 1) * MINIMUM_MS : 0;
      exponent++;
      current = Math.min(MINIMUM_MS + step, maximumMs);
    }
    return current;
  };
}
