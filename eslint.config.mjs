import tseslint from 'typescript-eslint';

/** What a room of shared/ may not import: the walls of the house. */
const wall = (files, rooms, why) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { regex: '(^|/)(infra|functions)/', message: 'shared/ never reaches up into infra/ or functions/.' },
          {
            regex: '^(@opentelemetry/|@azure/monitor)',
            message: 'What is traced and counted goes through shared/telemetry/.',
          },
          ...rooms.map((room) => ({ regex: room, message: why })),
        ],
      },
    ],
  },
});

const SDKS = '^(@azure/|axios|rhea)';

export default tseslint.config(
  { ignores: ['dist/**', 'package/**', 'coverage/**', '.local/**', 'docs/**', 'bench-results/**', 'test/fixtures/**'] },
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
      'no-console': 'error',
    },
  },
  { files: ['**/*.mjs', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['infra/**/*.ts', 'test/bench/**/*.ts', 'test/chaos/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // jest's asymmetric matchers (expect.any and the like) are typed `any`.
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-argument': 'off' },
  },
  { files: ['shared/app.ts'], rules: { 'no-console': 'off' } },
  wall(['shared/**/*.ts'], [], ''),
  {
    files: ['shared/telemetry/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '(^|/)(infra|functions)/', message: 'shared/ never reaches up into infra/ or functions/.' },
          ],
        },
      ],
    },
  },
  wall(
    ['shared/invitations/**/*.ts'],
    [SDKS, '/(messaging|storage|http|webhooks|config|relay)/', '/telemetry/(?!log$)', '/ucwa/(?!resource$)'],
    'invitations/ is the domain: it is pure and knows UCWA only as the resource model.',
  ),
  wall(['shared/config/**/*.ts', 'shared/errors/**/*.ts'], [SDKS], 'This room is pure: it imports no adapter.'),
  wall(
    ['shared/ucwa/**/*.ts'],
    ['^@azure/(service-bus|data-tables|functions)', '/(messaging|storage|http|webhooks|relay)/'],
    'ucwa/ speaks UCWA and nothing else.',
  ),
  wall(
    ['shared/messaging/**/*.ts'],
    ['^(axios|@azure/(functions|data-tables))', '/(ucwa|storage|http|webhooks|relay)/'],
    'messaging/ speaks Service Bus and nothing else.',
  ),
  wall(
    ['shared/storage/**/*.ts'],
    ['^(axios|@azure/(functions|service-bus))', '/(ucwa|messaging|http)/', '/relay/(?!slots$)'],
    'storage/ speaks tables and blobs and nothing else.',
  ),
  wall(
    ['shared/webhooks/**/*.ts'],
    [SDKS, '/(ucwa|storage|http|relay|config)/'],
    'webhooks/ delivers: where it keeps and sends is behind its ports.',
  ),
  wall(
    ['shared/webhooks/sender/**/*.ts'],
    ['^(@azure/|rhea)', '/(ucwa|storage|http|relay|config)/'],
    'webhooks/sender/ speaks HTTP to subscribers and nothing else.',
  ),
  {
    files: ['functions/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '(^|/)infra/', message: 'functions/ registers; it knows only shared/.' }] },
      ],
    },
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
