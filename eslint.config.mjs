// @ts-check
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * The layers of lib/, lowest first. Each folder may import only itself and the folders before it; the files
 * at the top of lib/, which all layers may import but for `index.ts`, have a rule of their own below.
 */
const LAYERS = ['object', 'git', 'model', 'workspace', 'query', 'sync', 'migration', 'cli'];

/** Folders that stand before a layer in the list but that it must know nothing of. */
const BLIND = { model: ['git'] };

const NODEGIT = {
  name: 'nodegit',
  message: 'Only lib/git/ talks to nodegit; call (or add) a function there.',
};

function layerRule(layer) {
  const position = LAYERS.indexOf(layer);
  const forbidden = [...LAYERS.slice(position + 1), ...(BLIND[layer] ?? [])];
  return {
    files: [`lib/${layer}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          ...(layer === 'git' ? {} : { paths: [NODEGIT] }),
          patterns: [
            {
              group: [...forbidden.map((name) => `**/${name}/**`), '**/index', '../index'],
              message: `lib/${layer}/ knows only the layers below it: ${LAYERS.slice(0, position).join(', ') || 'none'}.`,
            },
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'node_modules/', 'coverage/', 'bench/node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // A getter that a subclass overrides may well return a literal.
      '@typescript-eslint/class-literal-property-style': 'off',
      // It contradicts no-non-null-assertion; a cast at least names the type.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // Callers need not use TypeScript: the public door checks what the types already promise.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    files: ['lib/git/**/*.ts'],
    rules: {
      // nodegit's types have ambient enums, whose members cannot be named, and classes for plain options.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  { files: ['lib/*.ts'], rules: { 'no-restricted-imports': ['error', { paths: [NODEGIT] }] } },
  ...LAYERS.map(layerRule),
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'readonly',
        require: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        __dirname: 'readonly',
        performance: 'readonly',
      },
    },
  },
);
