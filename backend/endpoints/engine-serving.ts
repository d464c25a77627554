/** Serving by the engine and the catalog. Both are loaded when first needed: a service starts without them. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Card, FittedModel } from '../../engine/types.ts'
import { openOnlineStore } from '../../catalog/online/store.ts'
import type { Serving } from './serving.ts'

export function createServing(): Serving {
  return {
    async loadScorer(onnxFile, card) {
      const { createScorer } = await import('../../engine/index.ts')
      const scorer = await createScorer(await readFile(onnxFile), card, await fittedBeside(onnxFile))
      return { score: rows => scorer.score(rows), close: () => scorer.dispose() }
    },
    async fillOnline({ project, card, file }) {
      const [{ openEngine }, { createDatabase, fillOnlineStore }] = await Promise.all([
        import('../../engine/index.ts'),
        import('../../catalog/index.ts'),
      ])
      const engine = await openEngine({ root: project })
      const store = openOnlineStore(file)
      try {
        const database = createDatabase(() => engine.connection())
        await fillOnlineStore(database, onlineFeatures(card), { root: project, store })
      } finally {
        store.close()
        await engine.close()
      }
    },
    openOnline: file => openOnlineStore(file),
  }
}

/** Models of earlier versions may have none. */
async function fittedBeside(onnxFile: string): Promise<{ readonly fitted?: FittedModel }> {
  const { parseFitted } = await import('../../engine/fitted-model.ts')
  try {
    return { fitted: parseFitted(await readFile(join(dirname(onnxFile), 'fitted.json'), 'utf8')) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

/** Windows: what is derived from them is computed when it is asked for. */
function onlineFeatures({ plan }: Card) {
  return Object.values(plan.catalogFeatures).flatMap(feature =>
    feature.kind === 'derived' ? [] : [{ plan: feature, source: plan.sources[feature.source]! }],
  )
}
