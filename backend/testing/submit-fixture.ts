/** Sends a fixture through a client, as the command line sends a pipeline's folder. */
import { createHash } from 'node:crypto'
import type { PipelineRegistration, RunEvent } from '../api/index.ts'
import type { BackendClient } from '../client.ts'
import type { Fixture } from './fixture-pipeline.ts'

/** Uploads what is missing and registers. Returns how many blobs were sent. */
export async function registerFixture(client: BackendClient, fixture: Fixture) {
  const blobs = Object.entries(fixture.files).map(([path, text]) => {
    const content = Buffer.from(text)
    return { path, content, digest: createHash('sha256').update(content).digest('hex') }
  })
  const { missing } = await client.missingBlobs(blobs.map(blob => blob.digest))
  for (const digest of missing)
    await client.putBlob(digest, blobs.find(blob => blob.digest === digest)!.content)
  const registration: PipelineRegistration = {
    name: fixture.name,
    version: fixture.version,
    files: blobs.map(({ path, digest }) => ({ path, digest })),
  }
  return { ...(await client.registerPipeline(registration)), nUploaded: missing.length, registration }
}

/** Follows a run to its end. */
export async function runToEnd(client: BackendClient, id: string) {
  const events = await collectEvents(client, id)
  return { run: await client.run(id), events }
}

/** All events of a run after an offset, until its end. */
export async function collectEvents(
  client: BackendClient,
  id: string,
  after = 0,
): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of client.events(id, { after })) events.push(event)
  return events
}
