import ts from 'typescript';

const declarations = new Map<string, ts.SourceFile | undefined>();

/** A compiler's host, which reads the declarations of packages once for all programs with the same kind of modules. */
export function compilerHost(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, how, ...rest) => {
    if (!/\/node_modules\/.*\.d\.[cm]?ts$/.test(file)) return read(file, how, ...rest);
    const key = JSON.stringify([file, how, options.module, options.moduleResolution]);
    if (!declarations.has(key)) declarations.set(key, read(file, how, ...rest));
    return declarations.get(key);
  };
  return host;
}
