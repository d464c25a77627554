/** Paths of data as the database shall see them. */
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

/**
 * A file of that very name, or a pattern (`data/*.parquet`) under the root, whose own name is no pattern.
 * @param path relative to the root, or absolute
 */
export function dataPath(root: string, path: string): string {
  const file = isAbsolute(path) ? path : join(root, path)
  if (existsSync(file)) return isPattern(file) ? escapePattern(file) : file
  return isAbsolute(path) ? path : join(escapePattern(root), path)
}

export function isPattern(path: string): boolean {
  return /[*?[]/.test(path)
}

function escapePattern(path: string): string {
  return path.replace(/[*?[]/g, '[$&]')
}
