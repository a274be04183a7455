'use strict';

const { mkdirSync } = require('node:fs');
const path = require('node:path');
const { version } = require('typescript/package.json');

/**
 * Before the first spec: tells all of them where to keep what they compile themselves. It is a part of jest's own
 * cache, so that each file is compiled once, and `jest --clearCache` removes it.
 */
module.exports = function makeCompiledFolder(_globalConfig, { cacheDirectory }) {
  const folder = path.join(cacheDirectory, `gitmodel-typescript-${version}`);
  mkdirSync(folder, { recursive: true });
  process.env.GITMODEL_COMPILED_FOLDER = folder;
};
