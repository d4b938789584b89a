/**
 * What AWS publishes on topics and buses: alarms of CloudWatch, events of EventBridge, and what services told topics before there were
 * buses.
 */
import { has } from '../sketch.ts';
import type { Fields, Sketch } from '../sketch.ts';
import { alarm } from './aws-alarm.ts';
import { busEvent } from './aws-bus.ts';
import { notice } from './aws-notice.ts';

/** Reads what AWS services publish; undefined for anything else. */
export function awsEvent(message: Fields): Sketch | undefined {
  if (has(message, 'AlarmName', 'NewStateValue')) return alarm(message);
  return has(message, 'detail-type', 'source', 'detail') ? busEvent(message) : notice(message);
}
