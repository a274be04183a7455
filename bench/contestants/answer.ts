import type { Answer } from '../harness/contestant';

/** Does a job, and prints the answer and how much memory the process has needed. */
export function answer(job: () => Promise<Answer>): void {
  job().then(
    (result) => {
      // Node tells kilobytes, whatever the system does.
      const megabytes = process.resourceUsage().maxRSS / 1024;
      process.stdout.write(JSON.stringify({ ...result, megabytes } satisfies Answer));
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}

/** How long it takes, in seconds. */
export async function elapsed(operation: () => unknown): Promise<number> {
  const start = performance.now();
  await operation();
  return (performance.now() - start) / 1000;
}
