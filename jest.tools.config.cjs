/** `npm run test:tools`: that `npm run bench` and `npm run chaos` run, on a small scale. */
module.exports = { ...require('./jest.config.cjs'), roots: ['<rootDir>/test/tools'] };
