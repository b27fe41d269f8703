import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'reports/out/', 'coverage/', 'docs/api/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers in a message read as they are; every other type still needs a decision.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Types of records are written as `type`, so that unions and records read alike.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // Plain data that contains itself cannot be written as a Record.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      // Records of functions are closures here; none of them uses `this`.
      '@typescript-eslint/unbound-method': 'off',
      // Jest's own types can be extended in no other way.
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
  {
    // Searches over typed arrays: their indexes are in range by construction, and a check of each would cost as much as the search.
    files: ['properties/linearizability/**/*.ts', 'models/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['bin/*.js'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly' } },
  },
  {
    files: ['reports/assets/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'addEventListener',
          'atob',
          'Blob',
          'DecompressionStream',
          'devicePixelRatio',
          'document',
          'getComputedStyle',
          'getSelection',
          'navigator',
          'Response',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
);
