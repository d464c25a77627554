/** The thread of the heartbeat: sends back whatever comes. */
import { parentPort } from 'node:worker_threads'
import { Router } from 'zeromq'
import type { HeartbeatData } from './heartbeat.ts'

export async function startHeartbeatThread({ heartbeat }: HeartbeatData): Promise<void> {
  // A router, unlike a reply socket, is not confused by a client that is gone or asks twice.
  const socket = new Router({ linger: 0, handover: true })
  parentPort!.once('message', () => socket.close())
  await socket.bind(heartbeat)
  for await (const frames of socket) await socket.send(frames)
}
