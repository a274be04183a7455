'use strict';

const ts = require('typescript');

/** Makes CommonJS of packages that are ES modules only: Jest cannot load such ones, as Node itself can. */
module.exports = {
  process(source) {
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    return { code: ts.transpileModule(source, { compilerOptions }).outputText };
  },
};
