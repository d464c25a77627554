/**
 * What may cross from one step to the next, and how it lies on disk. Nothing opaque: every form can be read by
 * other programs. `json` is described in docs/encoding.md.
 */

/**
 * - `table`: one Parquet file. A Slipway table, an Arrow table or a danfo DataFrame comes back as what it was.
 * - `json`: one JSON file, with the documented encoding for what JSON cannot say.
 * - `bytes`: the bytes of a `Uint8Array` or `Buffer`.
 * - `model`: a folder with `model.onnx`, `card.json` and `fitted.json`.
 */
export type CodecName = 'table' | 'json' | 'bytes' | 'model'

export const codecNames: readonly CodecName[] = ['table', 'json', 'bytes', 'model']

export interface Codec<Value> {
  readonly name: CodecName
  /** Put after an output's name; empty for a folder. */
  readonly extension: string
  /** Whether a value is one that this codec writes. */
  fits(value: unknown): boolean
  /** Writes a file or folder that is not there yet. @throws LIB201 */
  write(value: Value, path: string): Promise<void>
  /** @throws LIB202 */
  read(path: string): Promise<Value>
}
