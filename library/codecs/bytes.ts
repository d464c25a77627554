/** The codec `bytes`: a file with just these bytes. */
import { readFile } from 'node:fs/promises'
import { LibraryError } from '../errors.ts'
import type { Codec } from './codec.ts'
import { writeFileAtomically } from './files.ts'

export const bytesCodec: Codec<Uint8Array> = {
  name: 'bytes',
  extension: '.bin',
  fits: value => value instanceof Uint8Array,
  async write(value, path) {
    if (!(value instanceof Uint8Array))
      throw new LibraryError('LIB201', 'Expected a Uint8Array for the codec bytes.')
    await writeFileAtomically(path, value)
  },
  async read(path) {
    return await readFile(path)
  },
}
