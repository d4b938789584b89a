/** Disturbances of storage that hold for a while over all processes. */
import { QueueClient } from '@azure/storage-queue';
import type { Asked } from './http-proxy.ts';
import type { Random } from './random.ts';

/** The weather. */
export interface Weather {
  /** Share of requests that are done and whose answer is lost. */
  lossOfAnswers: number;
  /** Share of doorbells that are put twice or three times. */
  copies: number;
  losesAnswer(): boolean;
  /** Puts the same doorbell again, sometimes. */
  copyDoorbell(asked: Asked): void;
}

/** Fair weather. @param storage connection string. */
export function openWeather(storage: string, random: Random): Weather {
  const weather: Weather = {
    lossOfAnswers: 0,
    copies: 0,
    losesAnswer: () => weather.lossOfAnswers > 0 && random.chance(weather.lossOfAnswers),
    copyDoorbell({ url, body }) {
      if (weather.copies === 0 || !random.chance(weather.copies)) return;
      const queue = url.split('/')[2] ?? '';
      const text = /<MessageText>([^<]*)/.exec(body.toString('utf8'))?.[1] ?? '';
      const client = new QueueClient(storage, queue);
      for (let copy = random.whole(1, 2); copy > 0; copy--) {
        // Storage may go away in between; a copy less is no loss.
        client.sendMessage(text, { visibilityTimeout: random.whole(0, 2) }).catch(() => undefined);
      }
    },
  };
  return weather;
}
