/** Unit tests open no socket; contract, wire and e2e tests talk to the local stand-ins on port 0. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        sourceMaps: 'inline',
        module: { type: 'commonjs' },
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      },
    ],
  },
  testTimeout: 60_000,
  maxWorkers: 2,
  errorOnDeprecated: true,
};
