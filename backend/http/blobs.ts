import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Digest, MissingBlobs, MissingBlobsRequest, StoredBlob } from '../api/index.ts'
import type { Readable } from 'node:stream'
import type { RouteContext } from './context.ts'

/** Upload of what is missing. */
export const blobRoutes =
  ({ blobs }: RouteContext): FastifyPluginAsyncTypebox =>
  async app => {
    // A blob is streamed to the disk: it is never held in memory, and no limit applies.
    app.removeContentTypeParser('application/octet-stream')
    app.addContentTypeParser(
      'application/octet-stream',
      { bodyLimit: Number.MAX_SAFE_INTEGER },
      (_, body, done) => done(null, body),
    )

    app.post(
      '/blobs/missing',
      { schema: { body: MissingBlobsRequest, response: { 200: MissingBlobs } } },
      request => ({ missing: [...new Set(request.body.digests)].filter(digest => !blobs.has(digest)) }),
    )
    app.put(
      '/blobs/:digest',
      { schema: { params: Type.Object({ digest: Digest }), response: { 200: StoredBlob } } },
      async request => await blobs.put(request.params.digest, request.body as Readable),
    )
  }
