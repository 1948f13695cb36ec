/** `npm run test:sdks`: SDKs and generated clients of other languages, where those are installed. Building them takes minutes. */
module.exports = { ...require('./jest.config.cjs'), roots: ['<rootDir>/test/sdks'] };
