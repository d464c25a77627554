import assert from 'node:assert/strict'
import test from 'node:test'
import { KernelError } from '../errors.ts'
import { createMessageFactory } from './message.ts'
import { createSigner } from './signing.ts'

const signer = createSigner({ key: 'a key' })
const message = createMessageFactory('s')(
  'execute_request',
  { code: 'größe' },
  { buffers: [Buffer.from([1, 2])] },
)
const route = [Buffer.from('client')]

const refused = (frames: Buffer[]) => assert.throws(() => signer.parse(frames), KernelError)

test('what is serialized is parsed again, with its route and buffers', () => {
  const parsed = signer.parse([...route, ...signer.serialize(message)])
  assert.deepEqual(parsed.route, route)
  assert.deepEqual(parsed.message, message)
})

test('a signature is checked over every part', () => {
  for (let part = 1; part <= 5; part++) {
    const frames = [...route, ...signer.serialize(message)]
    const at = part + 1
    frames[at] = Buffer.from(
      frames[at]!.toString().replace(/[a-z]/, letter => (letter === 'x' ? 'y' : 'x')) + ' ',
    )
    refused(frames)
  }
})

test('another key, no signature and too few frames are refused', () => {
  refused(createSigner({ key: 'another' }).serialize(message))
  refused(createSigner({ key: '' }).serialize(message))
  refused(signer.serialize(message).slice(0, 4))
  refused([])
})

test('the signature is the HMAC of the four parts, as another implementation computes it', () => {
  // python: hmac.new(b'k', b'{}' * 4, 'sha256').hexdigest()
  const known = '6f7c3dea506a2fb840fc9377d65462646f8e8df4acfafa710cf0c50bb2db8de2'
  const parts = [1, 2, 3, 4].map(() => Buffer.from('{}'))
  const frames = [Buffer.from('<IDS|MSG>'), Buffer.from(known), ...parts]
  assert.throws(() => createSigner({ key: 'k' }).parse(frames), /header with msg_id/)
})

test('without a key nothing is signed or checked', () => {
  const open = createSigner({ key: '' })
  assert.deepEqual(open.parse(open.serialize(message)).message, message)
})

test('what is signed but no message is refused', () => {
  for (const header of [{}, null, [], { msg_id: 1, msg_type: 'a' }])
    refused(signer.serialize({ ...message, header } as never))
})

test('what is missing beside the header is taken for empty', () => {
  for (const part of ['parent_header', 'metadata', 'content'] as const)
    for (const value of [null, [], 'text', 3]) {
      const header = { ...message.header, msg_id: `${part} ${JSON.stringify(value)}` }
      const frames = signer.serialize({ ...message, header, [part]: value } as never)
      assert.deepEqual(signer.parse(frames).message[part], {})
    }
})

test('the same message does not come twice', () => {
  const frames = createSigner({ key: 'b' }).serialize(message)
  const receiver = createSigner({ key: 'b' })
  receiver.parse(frames)
  assert.throws(() => receiver.parse(frames), /came before/)
})
