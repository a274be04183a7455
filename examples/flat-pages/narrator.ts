import { execFileSync } from 'node:child_process';

const colourful = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number, text: string): string => (colourful ? `\u001b[${code}m${text}\u001b[0m` : text);
const [bold, dim, cyan] = [1, 2, 36].map((code) => (text: string) => paint(code, text)) as [
  (text: string) => string,
  (text: string) => string,
  (text: string) => string,
];

/** Tells a story on the terminal, step by step. */
export class Narrator {
  private steps = 0;

  /** @param folder The repository's, where the commands of {@link proof} run. */
  constructor(private readonly folder: string) {}

  /** Begins a step: what happens, and the code that does it. */
  step(title: string, code: string): void {
    console.log(`\n${bold(`${++this.steps}. ${title}`)}\n   ${cyan(code)}`);
  }

  /** Says what came of it. */
  result(...lines: string[]): void {
    for (const line of lines.flatMap((text) => text.trimEnd().split('\n'))) console.log(`   ${line}`);
  }

  /** Runs stock git on the repository and shows what it says. */
  proof(...command: string[]): void {
    console.log(`\n${cyan(`$ git ${command.join(' ')}`)}`);
    const output = execFileSync('git', command, {
      cwd: this.folder,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trimEnd();
    console.log(output === '' ? dim('(nothing to complain about)') : output);
  }
}
