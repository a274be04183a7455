// Prints the counts in jest's JSON results as one line. Fails if a test did, or if none was run at all.
import { readFileSync } from 'node:fs';

const [, , file] = process.argv;

function readResults() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    console.error(`There are no results of tests: ${error.message}`);
    return {};
  }
}

const results = readResults();
const { numPassedTests: passed = 0, numPendingTests: pending = 0, numTodoTests: todo = 0 } = results;
// Jest counts no test for a file that it could not run, but that must not look like success.
const failed = (results.numFailedTests ?? 0) + (results.numRuntimeErrorTestSuites ?? 0);

console.log(`${passed} passed, ${failed} failed, ${pending + todo} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
