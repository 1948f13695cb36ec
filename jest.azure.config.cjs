/** `npm run test:azure`: the Bicep files by Microsoft's own compiler, where .NET is. It takes four seconds for each set of parameters. */
module.exports = { ...require('./jest.config.cjs'), roots: ['<rootDir>/test/azure'] };
