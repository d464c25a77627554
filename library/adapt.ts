/**
 * What packages made for pages are told of life in a cell, where there is no page: Observable Plot draws into a light
 * document, danfo's `df.plot(…)` gives charts of ours. It holds for the notebook's own copies as for those that are
 * lent, because it is done to the text of a module while it is loaded.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { LoadFnOutput, LoadHookContext } from 'node:module'
import { join } from 'node:path'
import type { Installation } from './installation.ts'
import type { plot } from './plot.ts'
import { danfoPlots, type DanfoModule } from './plots/danfo.ts'
import { createDocument, type LightDom } from './plots/document.ts'

type NextLoad = (url: string, context?: Partial<LoadHookContext>) => LoadFnOutput

interface Adaptation {
  /** Which module. */
  readonly file: RegExp
  change(source: string): string
}

const adaptations: readonly Adaptation[] = [
  {
    file: /\/@observablehq\/plot\/(src\/context\.js|bundle\.cjs)$/,
    change: source =>
      source.replaceAll(
        'typeof window !== "undefined" ? window.document : undefined',
        `typeof window !== "undefined" ? window.document : globalThis[Symbol.for('slipway.document')]?.()`,
      ),
  },
  {
    file: /\/danfojs-node\/(dist\/danfojs-node\/src\/index\.js|index\.cjs)$/,
    change: source => `${source}\n;globalThis[Symbol.for('slipway.danfo')]?.(module.exports);\n`,
  },
]

/** The module as cells get it; undefined for the others, which load as they are. */
export function loadAdapted(url: string, context: LoadHookContext, next: NextLoad): LoadFnOutput | undefined {
  if (!url.startsWith('file:')) return undefined
  const adaptation = adaptations.find(({ file }) => file.test(url))
  if (!adaptation) return undefined
  const loaded = next(url, context)
  const source = adaptation.change(readFileSync(fileURLToPath(url), 'utf8'))
  return { ...loaded, source, shortCircuit: true }
}

/** Puts in place what the adapted modules ask for. The light document is loaded by who first draws into it. */
export function provideForPackages({ vendorModules, libraryModule }: Installation): void {
  const require = createRequire(join(vendorModules, 'lender.js'))
  const loadPlot = () => (require(libraryModule) as { plot: typeof plot }).plot
  let document: object | undefined
  Object.assign(globalThis, {
    [Symbol.for('slipway.document')]: () => (document ??= createDocument(require('linkedom') as LightDom)),
    [Symbol.for('slipway.danfo')]: (danfo: DanfoModule) => danfoPlots(danfo, loadPlot),
  })
}
