'use strict';

const base = require('./jest.config.js');

/** What takes long or needs much room: `npm run test:stress`. @type {import('jest').Config} */
module.exports = {
  ...base,
  testMatch: ['<rootDir>/spec/stress/**/*.stress.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
};
