/**
 * Bundles for the extension. One CommonJS entry per process, with the modules they share in chunks beside them, so
 * that a module exists once per process however it is reached (cells import the same `slipway` that the kernel
 * uses). Renderers are ES modules, pages plain scripts. What cannot be bundled is laid into `dist/vendor` by
 * scripts/vendor.ts.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import CopyPlugin from 'copy-webpack-plugin'
import webpack from 'webpack'
import { PackageEntryPlugin, VendorPlugin, vendored } from './scripts/vendor.ts'

const root = import.meta.dirname
const dist = join(root, 'dist')

/** name of the bundle -> the module that assembles the process */
const processes = {
  server: './server/main.ts',
  kernel: './kernel/main.ts',
  'kernel-child': './kernel/session/child-main.ts',
  backend: './backend/main.ts',
  step: './library/steps/step-main.ts',
  cli: './cli/main.ts',
  library: './library/index.ts',
  'network-worker': './engine/estimators/neural-network/worker.ts',
}

const typescript = {
  test: /\.ts$/,
  exclude: /node_modules/,
  loader: 'ts-loader',
  options: {
    transpileOnly: true,
    onlyCompileBundledFiles: true,
    compilerOptions: {
      noEmit: false,
      allowImportingTsExtensions: false,
      rewriteRelativeImportExtensions: true,
      sourceMap: true,
      module: 'esnext',
      moduleResolution: 'bundler',
    },
  },
}

/** `createRequire` stays Node's own; what is imported late lies in the same file, and still runs late. */
const parser = { javascript: { createRequire: false, dynamicImportMode: 'eager' } }

/** What all configurations share. */
function common(name) {
  return {
    name,
    context: root,
    mode: process.env.SLIPWAY_BUNDLE_MODE === 'development' ? 'development' : 'production',
    devtool: false,
    cache: {
      type: 'filesystem',
      name,
      cacheDirectory: join(root, '.cache/webpack'),
      buildDependencies: { config: [import.meta.filename] },
    },
    resolve: { extensions: ['.ts', '.js', '.mjs', '.json'], extensionAlias: { '.js': ['.ts', '.js'] } },
    module: { rules: [typescript], parser },
    // A stack trace a user sends us must name functions, and the size of a local file hardly matters.
    optimization: { minimize: false },
    performance: false,
    stats: 'errors-warnings',
    infrastructureLogging: { level: 'error' },
  }
}

/** `import.meta` speaks of source files; in a bundle it speaks of the bundle. */
function importMeta(entries) {
  const isMain = ({ module }) => {
    const entry = Object.entries(entries).find(([, file]) => join(root, file) === module.resource)
    return entry ? `(process.argv[1] ?? '').endsWith(${JSON.stringify(`${entry[0]}.cjs`)})` : 'false'
  }
  return new webpack.DefinePlugin({
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
    'import.meta.url': `require('node:url').pathToFileURL(__filename).href`,
    'import.meta.main': webpack.DefinePlugin.runtimeValue(isMain),
    SLIPWAY_PACKAGED: 'true',
  })
}

const node = {
  target: 'node22',
  node: { __dirname: false, __filename: false },
  output: {
    path: dist,
    filename: '[name].cjs',
    library: { type: 'commonjs2' },
  },
}

/** The processes whose common modules lie in one file. */
const sharing = new Set(['server', 'backend', 'cli'])

const present = Object.fromEntries(
  Object.entries(processes).filter(([, entry]) => existsSync(join(root, entry))),
)

const processBundles = {
  ...common('processes'),
  ...node,
  entry: present,
  // What is imported late lies in parts of its own: a process reads at its start only what it needs then.
  output: {
    ...node.output,
    chunkFilename: 'part-[id].cjs',
    clean: { keep: path => !path.startsWith('part-') },
  },
  module: {
    rules: [typescript],
    parser: { javascript: { createRequire: false, dynamicImportMode: 'lazy' } },
  },
  // vega tries `canvas`, pg tries `pg-native`; both do without.
  externals: [vendored.external, { canvas: 'commonjs canvas', 'pg-native': 'commonjs pg-native' }],
  optimization: {
    minimize: false,
    chunkIds: 'named',
    runtimeChunk: { name: 'runtime' },
    splitChunks: {
      cacheGroups: {
        default: false,
        defaultVendors: false,
        // The kernel's two processes and the library start fast because they read nothing of the others.
        shared: { name: 'shared', chunks: ({ name }) => sharing.has(name), minChunks: 2, enforce: true },
      },
    },
  },
  plugins: [
    importMeta(processes),
    new VendorPlugin({ root, dist }),
    // Read by tfjs from beside the thread that fits networks.
    new CopyPlugin({
      patterns: ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'].map(file => ({
        from: `node_modules/@tensorflow/tfjs-backend-wasm/dist/${file}`,
        to: 'tfjs/[name][ext]',
      })),
    }),
  ],
}

/** What activation does not need is loaded later, from chunks of its own: VS Code waits for the entry only. */
const extensionBundle = {
  ...common('extension'),
  ...node,
  entry: { extension: './client/main.ts' },
  output: { ...node.output, chunkFilename: 'extension-[name].cjs' },
  module: {
    rules: [typescript],
    parser: { javascript: { createRequire: false, dynamicImportMode: 'lazy' } },
  },
  optimization: { minimize: false, splitChunks: false },
  externals: { vscode: 'commonjs vscode' },
  plugins: [importMeta({ extension: './client/main.ts' })],
}

/** Loaded by VS Code's TypeScript server, which wants the function itself. */
const pluginBundle = {
  ...common('typescript-plugin'),
  ...node,
  entry: { 'typescript-plugin': './client/typescript-plugin/main.ts' },
  output: { ...node.output, library: { type: 'commonjs2', export: 'default' } },
  plugins: [importMeta({})],
}

const styles = { test: /\.css$/, type: 'asset/source' }

/** Runs in the notebook's page and in tabs: neither Node nor `eval`. */
const browser = {
  target: 'web',
  module: { rules: [typescript, styles], parser },
  optimization: { minimize: true },
}

/** What VS Code imports to draw outputs; each is one ES module. */
const rendererBundles = {
  ...common('renderers'),
  ...browser,
  // A renderer finds what lies beside it by its own address.
  module: { ...browser.module, parser: { javascript: { ...parser.javascript, importMeta: false } } },
  entry: Object.fromEntries(
    ['table', 'model', 'vega', 'json', 'latex', 'progress'].map(name => [name, `./web/${name}/main.ts`]),
  ),
  experiments: { outputModule: true },
  output: { path: join(dist, 'web'), filename: '[name].js', library: { type: 'module' } },
  plugins: [
    new CopyPlugin({
      patterns: [
        { from: 'node_modules/katex/dist/katex.min.css', to: 'katex' },
        { from: 'node_modules/katex/dist/fonts/*.woff2', to: 'katex/fonts/[name][ext]' },
        { from: 'node_modules/katex/LICENSE', to: 'katex/LICENSE', toType: 'file' },
      ],
    }),
  ],
}

/** What tabs load by a script tag. */
const pageBundles = {
  ...common('pages'),
  ...browser,
  entry: {
    'run-page': './web/run/main.ts',
    'predict-page': './web/predict/main.ts',
    'training-page': './web/training/main.ts',
    'table-page': './web/table/page.ts',
    'variables-page': './web/variables/main.ts',
    'promotion-page': './web/promotion/main.ts',
  },
  output: { path: join(dist, 'web'), filename: '[name].js' },
}

/** Packages that cells import, as one file each. */
const packageBundles = {
  ...common('packages'),
  ...node,
  entry: Object.fromEntries(
    ['danfojs-node', 'apache-arrow', '@observablehq/plot', 'linkedom'].map(name => [name, name]),
  ),
  // danfo asks for it only where there is a window.
  externals: { 'plotly.js-dist-min': 'commonjs plotly.js-dist-min', canvas: 'commonjs canvas' },
  output: {
    path: join(dist, 'vendor/node_modules'),
    filename: '[name]/bundle.cjs',
    library: { type: 'commonjs2' },
  },
  plugins: [new PackageEntryPlugin()],
}

export default [processBundles, extensionBundle, pluginBundle, rendererBundles, pageBundles, packageBundles]
