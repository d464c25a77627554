import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { Run, RunList, RunRequest, SubmittedRun } from '../api/index.ts'
import { notFound } from '../errors.ts'
import { checkParameters } from '../pipelines/parameters.ts'
import type { RouteContext } from './context.ts'
import { eventStream } from './events.ts'

const RunParams = Type.Object({ id: Type.String() })
const oneRun = { schema: { params: RunParams, response: { 200: Run } } }

/** Runs, their events and what they made. */
export const runRoutes =
  (context: RouteContext): FastifyPluginAsyncTypebox =>
  async app => {
    const { pipelines, runs, scheduler, blobs } = context

    app.post('/runs', { schema: { body: RunRequest, response: { 200: SubmittedRun } } }, request => {
      const { pipeline: name, version, parameters = {} } = request.body
      const pipeline = pipelines.get(name, version)
      const submitted = runs.submit(pipeline, checkParameters(pipeline.manifest, parameters))
      scheduler.wake()
      return submitted
    })
    app.get(
      '/runs',
      {
        schema: {
          querystring: Type.Object({ pipeline: Type.Optional(Type.String()) }),
          response: { 200: RunList },
        },
      },
      request => ({ runs: [...runs.list(request.query.pipeline)] }),
    )
    app.get('/runs/:id', oneRun, request => runs.get(request.params.id))
    app.post('/runs/:id/cancel', oneRun, async request => {
      await scheduler.cancel(request.params.id)
      return runs.get(request.params.id)
    })
    app.post('/runs/:id/retry', oneRun, request => {
      runs.retry(request.params.id)
      scheduler.wake()
      return runs.get(request.params.id)
    })
    app.get(
      '/runs/:id/events',
      {
        schema: {
          params: RunParams,
          querystring: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0 })) }),
          produces: ['text/event-stream'],
        },
      },
      async (request, reply) => {
        const { id } = request.params
        runs.get(id)
        const after = request.query.after ?? Number(request.headers['last-event-id'] ?? 0)
        return await reply
          .header('content-type', 'text/event-stream')
          .header('cache-control', 'no-store')
          .send(
            Readable.from(eventStream(runs, id, { after, closing: context.closing }), { objectMode: false }),
          )
      },
    )

    const output = async (id: string, name: string, file: string | undefined) => {
      const run = runs.get(id)
      const { manifest } = pipelines.get(run.pipeline, run.version)
      const declared = manifest.outputs.find(candidate => candidate.name === name)
      const step = run.steps.find(candidate => candidate.name === declared?.step)
      const stored = step?.outputs.find(candidate => candidate.name === declared?.output)
      if (!stored)
        throw notFound(
          `output of run ${id}`,
          name,
          manifest.outputs.map(o => o.name),
        )
      if (stored.codec !== 'model') return stored.digest
      const files = await blobs.folderEntries(stored.digest)
      const found = files.find(entry => entry.path === file)
      if (!found)
        throw notFound(
          `file of output ${name}`,
          file ?? '',
          files.map(entry => entry.path),
        )
      return found.digest
    }
    for (const path of ['/runs/:id/outputs/:name', '/runs/:id/outputs/:name/:file']) {
      app.get(
        path,
        {
          schema: {
            params: Type.Object({
              id: Type.String(),
              name: Type.String(),
              file: Type.Optional(Type.String()),
            }),
          },
        },
        async (request, reply) => {
          const { id, name, file } = request.params
          const digest = await output(id, name, file)
          return await reply.type('application/octet-stream').send(createReadStream(blobs.path(digest)))
        },
      )
    }
  }
