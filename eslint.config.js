import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * A room may import only from rooms below it. Each entry: the files of a room, and the rooms above
 * it that it must not know. ARCHITECTURE.md draws the same order.
 */
const above = (files, rooms) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: rooms.map((room) => ({ group: [`**/${room}/**`], message: `${room} is above` })),
      },
    ],
  },
});

const top = ['cli', 'api', 'bench', 'simulate', 'audit', 'client', 'provider', 'examples'];
const shared = [
  'report',
  'rpc',
  'log',
  'evidence',
  'release',
  'objective',
  'model',
  'preprocessing',
  'data',
  'format',
  'engine',
  'isolate',
];
const sharedRoom = (room) => [...top, ...shared.slice(0, shared.indexOf(room))];

const SPREAD_LITERAL = {
  selector: 'ObjectExpression > SpreadElement > ObjectExpression',
  message: 'write the fields out: a spread literal is not checked for excess properties',
};

export default tseslint.config(
  { ignores: ['dist', 'work', 'coverage', 'src/shared/rpc/generated'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off', // noUncheckedIndexedAccess makes typed-array loops need it
      '@typescript-eslint/no-unnecessary-condition': 'off', // distrusts every check of untrusted input
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', SPREAD_LITERAL],
    },
  },
  {
    // Tests hand over what no type allows, to see it refused.
    files: ['src/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        SPREAD_LITERAL,
        {
          selector: 'TSAsExpression > TSNeverKeyword',
          message: 'give it its type: never fits all',
        },
      ],
    },
  },
  ...shared.map((room) => above([`src/shared/${room}/**/*.ts`], sharedRoom(room))),
  above(['src/shared/*.ts'], [...top, ...shared]),
  above(['src/examples/**/*.ts'], top.slice(0, -1)),
  above(['src/provider/**/*.ts'], ['cli', 'api', 'bench', 'simulate', 'audit', 'client']),
  above(['src/client/**/*.ts'], ['cli', 'api', 'bench', 'simulate', 'audit', 'provider']),
  above(['src/audit/**/*.ts'], ['cli', 'api', 'bench', 'simulate', 'client', 'provider']),
  above(['src/simulate/**/*.ts'], ['cli', 'api', 'bench']),
  above(['src/bench/**/*.ts'], ['cli', 'api']),
  above(['src/api/**/*.ts'], ['cli']),
  {
    files: ['api', 'audit', 'cli', 'client', 'provider'].map((room) => `src/${room}/**/*.ts`),
    rules: { 'max-lines-per-function': ['error', { max: 60 }] },
  },
  {
    files: ['src/audit/**/*.ts', 'src/provider/**/*.ts', 'src/shared/rpc/**/*.ts'],
    // Loops over typed arrays cannot afford a check of each element.
    ignores: ['src/audit/data/{encodings,numbers,search}.ts', 'src/audit/release/statistics.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'error' },
  },
  { files: ['test/**/*.ts', 'scripts/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['*.js', '*.cjs', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
