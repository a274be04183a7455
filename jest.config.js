'use strict';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/spec'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/spec/stress/'],
  moduleNameMapper: { '^gitmodel$': '<rootDir>/lib/index.ts' },
  // Types are checked once, by `tsc`, for the whole project; here each file is only transpiled.
  transform: { '^.+\\.ts$': ['ts-jest', { isolatedModules: true }] },
  testTimeout: 30_000,
};
