// Passes stdin on, and fails unless it is one JSON value a line, and at least one line.
import { createInterface } from 'node:readline';

let lines = 0;
for await (const line of createInterface({ input: process.stdin })) {
  console.log(line);
  lines += 1;
  try {
    JSON.parse(line);
  } catch {
    console.error(`Line ${lines} is not JSON.`);
    process.exitCode = 1;
  }
}
if (lines === 0) {
  console.error('There is no line of JSON.');
  process.exitCode = 1;
}
