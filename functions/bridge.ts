/**
 * The one bridge of this process, built when the first function file is loaded: a faulty setting must stop the app at start,
 * not the first message.
 */
import { createBridge, type Bridge } from '../shared/bridge.ts';
import { readConfig } from '../shared/platform/config.ts';
import { openStorage } from '../shared/platform/storage.ts';

/** Settings read, storage opened, nothing connected yet. */
export const bridge: Bridge = createBridge(readConfig(), openStorage());
