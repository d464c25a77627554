// The lint rules. What matters most here is `boundaries`: which folder may import which (ARCHITECTURE.md).
import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import ts from 'typescript-eslint'

/** folder -> folders it may import values or types from */
const mayImport = {
  language: [],
  engine: ['language'],
  catalog: ['language', 'engine'],
  promote: ['language'],
  library: ['language', 'engine', 'catalog'],
  kernel: ['language', 'engine', 'catalog', 'library'],
  backend: ['language', 'engine', 'catalog', 'promote', 'library'],
  server: ['language', 'engine/sql', 'catalog', 'promote'],
  client: ['language/notebook'],
  web: ['library/display/query', 'kernel/variables'],
  cli: ['language', 'engine', 'catalog', 'promote', 'library', 'kernel', 'backend', 'server'],
}
const folders = Object.keys(mayImport)
/** client and web see the others' message types, and nothing else of them */
const typesOnly = ['client', 'web']

const boundaries = folders.map(folder => {
  const forbidden = folders.filter(f => f !== folder && !mayImport[folder].includes(f))
  const open = mayImport[folder].filter(f => f.includes('/'))
  const regex = `^(\\.\\./)+(?:${open.map(f => `(?!${f}/)`).join('')})(${forbidden.join('|')})/`
  return {
    files: [`${folder}/**/*.{ts,tsx}`],
    ignores: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: folder === 'client' ? [] : [{ name: 'vscode', message: 'Only client/ sees vscode.' }],
          patterns: [
            {
              regex,
              message: `${folder}/ may import only: ${mayImport[folder].join(', ') || 'nothing'}.`,
              allowTypeImports: typesOnly.includes(folder),
            },
          ],
        },
      ],
    },
  }
})

export default ts.config(
  {
    ignores: [
      'dist/**',
      'demo/**',
      '**/node_modules/**',
      'examples/**',
      '**/golden/**',
      '**/fixtures/**',
      'engine/onnx/generated/**',
      '**/.slipway/**',
      '.cache/**',
    ],
  },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      'no-console': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly' } },
  },
  ...boundaries,
  prettier,
)
