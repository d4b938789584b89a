/**
 * Loaded before every test file (`npm test`): some hundred processes of ours are started by the suite, and their coverage would be counted
 * each time. Only the tests' own processes count.
 */
delete process.env['NODE_V8_COVERAGE'];
