'use strict';

const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/spec'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/spec/stress/'],
  moduleNameMapper: { '^gitmodel$': '<rootDir>/lib/index.ts' },
  // With "isolatedModules" each file is only transpiled here; `tsc` checks the types of the whole project once.
  transform: { '^.+\\.ts$': 'ts-jest' },
  globalSetup: '<rootDir>/spec/support/compiled-folder.js',
  testTimeout: 30_000,
  // Jest keeps one core for itself, and so would run the specs one after another on a machine with two.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};
