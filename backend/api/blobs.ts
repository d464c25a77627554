/** Content-addressed bytes: ask which are missing, send those. */
import { Type, type Static } from 'typebox'
import { Digest } from './common.ts'

export const MissingBlobsRequest = Type.Object(
  { digests: Type.Array(Digest, { maxItems: 10_000 }) },
  { additionalProperties: false },
)
export type MissingBlobsRequest = Static<typeof MissingBlobsRequest>

export const MissingBlobs = Type.Object({ missing: Type.Array(Digest) })
export type MissingBlobs = Static<typeof MissingBlobs>

export const StoredBlob = Type.Object({ digest: Digest, sizeBytes: Type.Integer() })
export type StoredBlob = Static<typeof StoredBlob>
