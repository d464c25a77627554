import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import {
  Name,
  PipelineList,
  PipelineRegistration,
  PipelineSummary,
  PipelineVersion,
  RegisteredPipeline,
} from '../api/index.ts'
import { checkRegistration } from '../pipelines/registration.ts'
import { describePipeline } from '../store/pipelines.ts'
import type { RouteContext } from './context.ts'

/** Pipelines and their versions. */
export const pipelineRoutes =
  ({ pipelines, blobs }: RouteContext): FastifyPluginAsyncTypebox =>
  async app => {
    app.post(
      '/pipelines',
      { schema: { body: PipelineRegistration, response: { 200: RegisteredPipeline } } },
      async request => {
        const checked = await checkRegistration(blobs, request.body)
        const created = pipelines.add(checked)
        return { pipeline: describePipeline(pipelines.get(checked.name, checked.version)), created }
      },
    )
    app.get('/pipelines', { schema: { response: { 200: PipelineList } } }, () => ({
      pipelines: [...pipelines.list()],
    }))
    app.get(
      '/pipelines/:name',
      { schema: { params: Type.Object({ name: Name }), response: { 200: PipelineSummary } } },
      request => pipelines.summary(request.params.name),
    )
    app.get(
      '/pipelines/:name/versions/:version',
      {
        schema: {
          params: Type.Object({ name: Name, version: Type.String() }),
          response: { 200: PipelineVersion },
        },
      },
      request => describePipeline(pipelines.get(request.params.name, request.params.version)),
    )
  }
