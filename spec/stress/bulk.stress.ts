import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectWithLibrary, transpile } from '../support/compiled';
import { expectCleanRepository, git, temporaryRepository } from '../support/temporary-repository';
import type { BulkOrder, BulkReport } from '../workspace/bulk-process';

/** How many records there are; fewer where there is little time. */
const RECORDS = Number(process.env.GITMODEL_STRESS_RECORDS ?? 1_000_000);

/** How much memory the process may have, in MB: what it has without records, and 400 bytes for each. */
const MAX_PEAK = 220 + RECORDS * 0.00038;

describe(`${RECORDS} records in one commit`, () => {
  it('take little memory, and become one pack', () => {
    const project = projectWithLibrary();
    const source = readFileSync(path.join(__dirname, '../workspace/bulk-process.ts'), 'utf8');
    writeFileSync(path.join(project, 'bulk-process.js'), transpile(source));
    const repository = temporaryRepository();
    const order: BulkOrder = { repository, count: RECORDS };
    const output = execFileSync(
      process.execPath,
      [path.join(project, 'bulk-process.js'), JSON.stringify(order)],
      { encoding: 'utf8' },
    );
    const report = JSON.parse(output.trim().split('\n').at(-1) as string) as BulkReport;
    process.stdout.write(
      `${RECORDS} records: ${report.seconds.toFixed(1)} s, peak ${report.peak.toFixed()} MB of ${MAX_PEAK.toFixed()} MB\n`,
    );
    expect(report.code).toBeNull();
    expect(report.peak).toBeLessThan(MAX_PEAK);
    expect(git(repository, 'log', '--format=%s')).toBe('Bulk');
    const files = execFileSync('sh', ['-c', 'git ls-tree -r main | wc -l'], {
      cwd: repository,
      encoding: 'utf8',
    });
    expect(Number(files)).toBe(RECORDS);
    expect(git(repository, 'count-objects', '-v')).toMatch(/^packs: 1$/m);
    expectCleanRepository(repository);
  }, 1_800_000);
});
