/** The codec `json`: one file in the documented encoding. */
import { readFile } from 'node:fs/promises'
import { LibraryError, messageOf } from '../errors.ts'
import type { JsonValue } from '../steps/request.ts'
import type { Codec } from './codec.ts'
import { decodeJson, encodeJson } from './encoding.ts'
import { writeFileAtomically } from './files.ts'

export const jsonCodec: Codec<unknown> = {
  name: 'json',
  extension: '.json',
  fits(value) {
    try {
      encodeJson(value)
      return true
    } catch (thrown) {
      if (thrown instanceof LibraryError) return false
      throw thrown
    }
  },
  async write(value, path) {
    await writeFileAtomically(path, `${JSON.stringify(encodeJson(value), null, 2)}\n`)
  },
  async read(path) {
    const text = await readFile(path, 'utf8')
    try {
      return decodeJson(JSON.parse(text) as JsonValue)
    } catch (cause) {
      throw new LibraryError('LIB202', `Expected JSON in ${path}: ${messageOf(cause)}`, { cause })
    }
  },
}
