/** A source as SQL text, from the folder in which its path starts. Pure. */
import { resolve } from 'node:path'
import { sourceRelation } from '../../engine/sql/source.ts'
import type { DescribedSource } from './cache.ts'

export function relationOf(source: DescribedSource, root: string): string {
  return sourceRelation(source.format, resolve(root, source.path))
}
