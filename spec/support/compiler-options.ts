import path from 'node:path';
import ts from 'typescript';
import { PROJECT } from './compiled';

/** The options with which the project is compiled. */
export function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(path.join(PROJECT, 'tsconfig.json'), (file) =>
    ts.sys.readFile(file),
  ) as {
    config: object;
  };
  return ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, PROJECT).options;
}
