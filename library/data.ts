/** What analysis is told of a project's data: what is known at once, and the rest when it has been read. */
import { cachedColumns, cachedStatistics, describeSource, describeStatistics } from '../catalog/index.ts'
import type { AnalysisHost } from '../language/host.ts'
import type { SourceRef } from '../language/index.ts'
import { messageOf } from './errors.ts'

export interface Data extends Required<Pick<AnalysisHost, 'columns' | 'statistics'>> {
  /** Reads what was asked for and not known; whether any of it could be read. */
  read(problems: { path: string; message: string }[]): Promise<boolean>
}

/** @param options.statistics whether values are read, too: a pass over every file that a check asks about */
export function createData(root: string, options: { readonly statistics: boolean }): Data {
  const columns = createFacts(root, cachedColumns, describeSource)
  const statistics = createFacts(root, cachedStatistics, describeStatistics)
  return {
    columns: columns.get,
    statistics: statistics.get,
    async read(problems) {
      const found = await columns.read(problems)
      if (!options.statistics) return found
      // Data that could not be read is a problem already.
      return (await statistics.read([])) || found
    },
  }
}

function createFacts<Fact>(
  root: string,
  cached: (root: string, source: SourceRef) => Fact | undefined,
  describe: (root: string, source: SourceRef) => Promise<Fact>,
) {
  const known = new Map<string, Fact | undefined>()
  const missing = new Map<string, SourceRef>()
  return {
    get(source: SourceRef): Fact | undefined {
      const { name: _, ...data } = source
      const key = JSON.stringify(data)
      if (known.has(key)) return known.get(key)
      const fact = cached(root, source)
      if (fact !== undefined) known.set(key, fact)
      else missing.set(key, source)
      return fact
    },
    async read(problems: { path: string; message: string }[]): Promise<boolean> {
      const wanted = [...missing]
      missing.clear()
      const found = await Promise.all(
        wanted.map(async ([key, source]) => {
          try {
            known.set(key, await describe(root, source))
            return true
          } catch (thrown) {
            known.set(key, undefined)
            problems.push({ path: source.path || source.name, message: messageOf(thrown) })
            return false
          }
        }),
      )
      return found.includes(true)
    },
  }
}
