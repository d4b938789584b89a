/**
 * Loaded before every test file (`npm test`): some hundred processes of ours are started by the suite, and each would strip and compile
 * the same sources again, and have its coverage counted. What they compile is kept in a folder, and only the tests' own processes count.
 */
import { enableCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folder = path.join(tmpdir(), 'postrider-test-compile-cache');
enableCompileCache(folder);
process.env['NODE_COMPILE_CACHE'] ??= folder;
delete process.env['NODE_V8_COVERAGE'];
