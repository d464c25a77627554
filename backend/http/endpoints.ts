import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Endpoint, EndpointList, EndpointRequest, PredictRequest, PredictResponse } from '../api/index.ts'
import type { RouteContext } from './context.ts'

const EndpointParams = Type.Object({ name: Type.String() })

/** Endpoints and predictions. */
export const endpointRoutes =
  ({ endpoints }: RouteContext): FastifyPluginAsyncTypebox =>
  async app => {
    app.post(
      '/endpoints',
      { schema: { body: EndpointRequest, response: { 200: Endpoint } } },
      async request => await endpoints.deploy(request.body),
    )
    app.get('/endpoints', { schema: { response: { 200: EndpointList } } }, () => ({
      endpoints: [...endpoints.list()],
    }))
    app.get(
      '/endpoints/:name',
      { schema: { params: EndpointParams, response: { 200: Endpoint } } },
      request => endpoints.get(request.params.name),
    )
    app.delete(
      '/endpoints/:name',
      { schema: { params: EndpointParams, response: { 200: Endpoint } } },
      async request => await endpoints.remove(request.params.name),
    )
    app.post(
      '/endpoints/:name/predict',
      { schema: { params: EndpointParams, body: PredictRequest, response: { 200: PredictResponse } } },
      async request => ({
        ...(await endpoints.predict(request.params.name, request.body.rows, request.id)),
        requestId: request.id,
      }),
    )
  }
