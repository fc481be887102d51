// SPDX-License-Identifier: GPL-3.0-or-later
// Run from web/: tests/node_modules/.bin/eslint -c tests/eslint.config.js src tests
import { fileURLToPath } from 'node:url';
import js from '@eslint/js';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['**/node_modules/**', 'dist/**'] },
  js.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // An arrow that does one thing and gives nothing back is written as one.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      'max-lines': ['error', 800],
      'max-lines-per-function': ['error', 80],
    },
  },
  {
    // What is shown is text: nothing of these makes markup of it.
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-syntax': ['error',
        { selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|write|writeln|srcdoc)$/]', message: 'markup from text' },
        { selector: 'JSXAttribute[name.name=/^(dangerouslySetInnerHTML|style)$/]', message: 'markup from text, or a style that the policy refuses' },
        { selector: 'CallExpression[callee.name=/^(eval|Function)$/]', message: 'code from text' },
      ],
    },
  },
  {
    files: ['tests/**/*.mjs', 'tests/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', document: 'readonly', window: 'readonly', URL: 'readonly', Buffer: 'readonly', performance: 'readonly', localStorage: 'readonly', setTimeout: 'readonly', location: 'readonly', getComputedStyle: 'readonly', fetch: 'readonly', innerWidth: 'readonly' } },
    rules: { 'max-lines': ['error', 800], 'max-lines-per-function': ['error', 80] },
  },
);
