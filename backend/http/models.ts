import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { createReadStream } from 'node:fs'
import { Type } from 'typebox'
import { ModelList, ModelVersionWithCard } from '../api/index.ts'
import { notFound } from '../errors.ts'
import { readCard } from '../models/card.ts'
import type { RouteContext } from './context.ts'

const ModelParams = Type.Object({ name: Type.String() })
const VersionParams = Type.Object({ name: Type.String(), version: Type.Integer() })

/** The registry. */
export const modelRoutes =
  ({ models, blobs }: RouteContext): FastifyPluginAsyncTypebox =>
  async app => {
    app.get('/models', { schema: { response: { 200: ModelList } } }, () => ({ models: [...models.list()] }))
    app.get('/models/:name', { schema: { params: ModelParams, response: { 200: ModelList } } }, request => ({
      models: [...models.versions(request.params.name)],
    }))
    app.get(
      '/models/:name/versions/:version',
      { schema: { params: VersionParams, response: { 200: ModelVersionWithCard } } },
      async request => {
        const model = models.get(request.params.name, request.params.version)
        return { model, card: await readCard(blobs, model.files) }
      },
    )
    app.get(
      '/models/:name/versions/:version/artifacts/:file',
      { schema: { params: Type.Object({ ...VersionParams.properties, file: Type.String() }) } },
      async (request, reply) => {
        const { name, version, file } = request.params
        const { files } = models.get(name, version)
        const found = files.find(entry => entry.path === file)
        if (!found)
          throw notFound(
            `file of model ${name}`,
            file,
            files.map(entry => entry.path),
          )
        return await reply.type('application/octet-stream').send(createReadStream(blobs.path(found.digest)))
      },
    )
  }
