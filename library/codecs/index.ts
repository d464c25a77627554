/** All codecs by name, and which one a value needs. */
import { bytesCodec } from './bytes.ts'
import type { Codec, CodecName } from './codec.ts'
import { jsonCodec } from './json.ts'
import { modelCodec } from './model.ts'
import { tableCodec } from './table.ts'

export type { Codec, CodecName } from './codec.ts'
export { codecNames } from './codec.ts'
export { decodeJson, encodeJson } from './encoding.ts'

/** A codec as whoever does not know the value's type sees it. */
type AnyCodec = Codec<unknown>

const codecs: Readonly<Record<CodecName, AnyCodec>> = {
  table: tableCodec as AnyCodec,
  model: modelCodec as AnyCodec,
  bytes: bytesCodec as AnyCodec,
  json: jsonCodec,
}

export function codecByName(name: CodecName): AnyCodec {
  return codecs[name]
}

/** The codec that writes a value; undefined when none does, and the value cannot cross a step's boundary. */
export function codecFor(value: unknown): CodecName | undefined {
  return Object.values(codecs).find(codec => codec.fits(value))?.name
}
