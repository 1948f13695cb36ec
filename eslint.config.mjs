import { createRequire } from 'node:module';
import tseslint from 'typescript-eslint';

const require = createRequire(import.meta.url);
const imports = { rules: { allowed: require('./infra/lint/importRule.cjs').rule } };
const importTable = require('./infra/lint/importTable.json');

export default tseslint.config(
  {
    ignores: [
      ...['dist/**', 'package/**', 'coverage/**', '.local/**', 'docs/**', 'bench-results/**', 'test/fixtures/**'],
      // What the documents tell a reader to save here.
      ...['consumer.mjs', 'receiver.mjs', 'receiver-express.mjs', 'send.mjs'],
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs', '*.cjs', 'infra/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      complexity: ['error', 15],
      'no-console': 'error',
    },
  },
  { files: ['**/*.mjs', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['infra/**/*.ts', 'test/bench/**/*.ts', 'test/chaos/**/*.ts', '**/*.mjs'],
    rules: { 'no-console': 'off' },
  },
  {
    // jest's asymmetric matchers (expect.any and the like) are typed `any`.
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-argument': 'off' },
  },
  { files: ['shared/app.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['functions/**/*.ts', 'shared/**/*.ts', 'shared/**/*.tsx', 'infra/**/*.ts'],
    plugins: { imports },
    rules: { 'imports/allowed': ['error', importTable] },
  },
  {
    files: ['shared/**/*.ts', 'functions/**/*.ts'],
    ignores: ['shared/app.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'process.env is read in shared/app.ts only.',
        },
      ],
    },
  },
);
