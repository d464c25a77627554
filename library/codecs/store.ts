/** Writing a value the way a step's output is written, from wherever the value is: a cell, a program. */
import { LibraryError } from '../errors.ts'
import type { CodecName } from './codec.ts'
import { codecByName, codecFor } from './index.ts'

export type { CodecName } from './codec.ts'

/**
 * Writes `value` to `path` (a folder for `model`, else a file) as a step's output would be. What promotion verifies
 * a pipeline against is written this way from the notebook's own values.
 * @throws LIB201 when the value does not fit the codec
 */
export async function storeValue(value: unknown, codec: CodecName, path: string): Promise<void> {
  const writer = codecByName(codec)
  if (writer.fits(value)) return await writer.write(value, path)
  const fitting = codecFor(value)
  throw new LibraryError(
    'LIB201',
    `Expected a value for the codec ${codec}, got one for ${fitting ?? 'none'}. Was \`await\` forgotten?`,
  )
}
