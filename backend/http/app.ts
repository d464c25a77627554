/** The HTTP side of the service: authorization, validation, errors, OpenAPI, and the routes. */
import swagger from '@fastify/swagger'
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import { apiPrefix, Health } from '../api/index.ts'
import { BackendError, errorBody, notFound } from '../errors.ts'
import { isAuthorized } from '../token.ts'
import { blobRoutes } from './blobs.ts'
import type { RouteContext } from './context.ts'
import { endpointRoutes } from './endpoints.ts'
import { modelRoutes } from './models.ts'
import { pipelineRoutes } from './pipelines.ts'
import { runRoutes } from './runs.ts'

export const serviceVersion = '0.1.0'
/** Of JSON bodies; blobs are streamed and not limited. */
const bodyLimitBytes = 16 * 2 ** 20

export type App = Awaited<ReturnType<typeof createApp>>

export async function createApp(context: RouteContext) {
  const app = Fastify({
    bodyLimit: bodyLimitBytes,
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  // The types say what is answered; a second filter at run time would only hide what is new.
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  await app.register(swagger, {
    openapi: {
      info: { title: 'Slipway training service', version: serviceVersion },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  })
  setErrors(app, context)
  setAuthorization(app, context)

  app.get('/healthz', { schema: { response: { 200: Health }, security: [] } }, () => ({
    status: 'ok' as const,
    version: serviceVersion,
    pid: process.pid,
    startedAt: context.startedAt,
  }))
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  for (const routes of [blobRoutes, pipelineRoutes, runRoutes, modelRoutes, endpointRoutes])
    await app.register(routes(context), { prefix: apiPrefix })
  await app.ready()
  return app
}

function setAuthorization(app: FastifyInstance, { token }: RouteContext): void {
  app.addHook('onRequest', async request => {
    if (request.url.split('?')[0] === '/healthz') return
    if (isAuthorized(request.headers.authorization, token)) return
    throw new BackendError('BCK002', 'The request carries no valid token.', {
      expected: 'a header `Authorization: Bearer <token>` with the token of this backend',
      got: request.headers.authorization === undefined ? 'no such header' : 'another token',
      action: "Set SLIPWAY_TOKEN, or SLIPWAY_TOKEN_FILE to the backend's token file.",
    })
  })
}

function setErrors(app: FastifyInstance, context: RouteContext): void {
  app.setErrorHandler(async (thrown: FastifyError | BackendError, request, reply) => {
    const error = thrown instanceof BackendError ? thrown : fromFastify(thrown)
    if (error.status === 500) context.logFault(request.id, thrown)
    return await reply.status(error.status).send(errorBody(error, request.id))
  })
  app.setNotFoundHandler(async (request, reply) => {
    const error = notFound('route', `${request.method} ${request.url}`)
    return await reply.status(404).send(errorBody(error, request.id))
  })
}

function fromFastify(error: FastifyError): BackendError {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new BackendError('BCK020', 'The request is too large.', {
      expected: `at most ${bodyLimitBytes} bytes`,
    })
  }
  if (error.validation) {
    const details = error.validation.map(({ instancePath, message }) => ({
      path: `${error.validationContext ?? 'body'}${instancePath}`,
      ...(message !== undefined && { expected: message }),
    }))
    const first = details[0]
    return new BackendError('BCK003', 'The request does not fit the schema.', {
      expected: first && `${first.path} ${first.expected ?? 'to be valid'}`,
      action: 'The schema of every route is at /openapi.json.',
      details,
    })
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new BackendError('BCK003', `The request cannot be read: ${error.message}`)
  }
  return new BackendError('BCK500', 'The backend has a fault.', {
    cause: error,
    action: 'Its log has the details under this request id.',
  })
}
